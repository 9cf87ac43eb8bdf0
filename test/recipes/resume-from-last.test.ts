import { expect, onTestFinished, test } from "vitest";
import { followBook, OrderBook } from "../../examples/recipes/resume-from-last.js";
import { Condition } from "../helpers/condition.js";
import { startTextServer } from "./text-server.js";

const snapshot = (seq: number, ...levels: [number, number][]) => ({
  type: "snapshot",
  seq,
  levels,
});
const delta = (seq: number, price: number, amount: number) => ({
  type: "delta",
  seq,
  level: [price, amount],
});

/** Follows a book of a new server. */
async function follow() {
  const server = await startTextServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const book = new OrderBook();
  const changed = new Condition();
  const seqs: number[] = [];
  const { client, ended } = followBook(server.url, book, () => {
    seqs.push(book.seq);
    changed.notify();
  });
  const send = async (connection: number, ...updates: unknown[]): Promise<void> => {
    const { ws } = await server.peer(connection);
    for (const update of updates) ws.send(JSON.stringify(update));
  };
  const reached = (seq: number) => changed.until(() => book.seq >= seq);
  return { server, book, client, ended, send, reached, seqs };
}

test("applies a snapshot and the changes after it", async () => {
  const { server, book, client, ended, send, reached } = await follow();
  expect(await (await server.peer()).received(1)).toEqual(['{"op":"subscribe","after":0}']);
  await send(0, snapshot(7, [100, 1], [101, 2]), delta(8, 101, 0), delta(9, 99, 5));
  await reached(9);
  expect([...book.levels]).toEqual([
    [100, 1],
    [99, 5],
  ]);
  await client.close();
  await ended;
});

test("resumes after the last change when the connection is cut, and skips repeated ones", async () => {
  const { server, book, client, ended, send, reached, seqs } = await follow();
  await send(0, snapshot(1, [100, 1]), delta(2, 100, 2));
  await reached(2);
  (await server.peer()).ws.terminate();
  expect(await (await server.peer(1)).received(1)).toEqual(['{"op":"subscribe","after":2}']);
  await send(1, delta(1, 100, 1), delta(2, 100, 2), delta(3, 100, 3));
  await reached(3);
  expect([...book.levels]).toEqual([[100, 3]]);
  expect(seqs.at(-1)).toBe(3);
  await client.close();
  await ended;
  // It has not asked for a snapshot.
  expect((await server.peer(1)).texts).toHaveLength(1);
});

test("asks for one snapshot when a change is missing, and ignores changes until then", async () => {
  const { server, book, client, ended, send, reached, seqs } = await follow();
  await send(0, snapshot(1, [100, 1]), delta(3, 100, 3), delta(4, 100, 4));
  const peer = await server.peer();
  expect((await peer.received(2))[1]).toBe('{"op":"snapshot"}');
  await send(0, snapshot(4, [200, 4]), delta(5, 200, 5));
  await reached(5);
  expect([...book.levels]).toEqual([[200, 5]]);
  expect(seqs).toEqual([1, 4, 5]);
  await client.close();
  await ended;
  expect(peer.texts).toHaveLength(2);
});

test("asks again if the connection is cut before the snapshot", async () => {
  const { server, book, client, ended, send, reached } = await follow();
  await send(0, snapshot(1, [100, 1]), delta(3, 100, 3));
  const first = await server.peer();
  await first.received(2);
  first.ws.terminate();
  await send(1, delta(5, 100, 5));
  const second = await server.peer(1);
  expect(await second.received(2)).toEqual(['{"op":"subscribe","after":1}', '{"op":"snapshot"}']);
  await send(1, snapshot(5, [100, 5]));
  await reached(5);
  expect(book.seq).toBe(5);
  await client.close();
  await ended;
});
