import { expect, test } from "vitest";
import { connect } from "wschan";
import { json } from "wschan/codec";
import { writeInBatches } from "../../examples/recipes/batch-writes.js";
import { Condition } from "../helpers/condition.js";
import { startTextServer } from "./text-server.js";

const codec = json<number>();

/** A database that keeps the batches. */
class Database {
  readonly batches: (readonly number[])[] = [];
  readonly written = new Condition();

  readonly write = async (batch: readonly number[]): Promise<void> => {
    this.batches.push(batch);
    this.written.notify();
  };
}

test("writes full batches, and the rest at the end", async () => {
  await using server = await startTextServer();
  const client = await connect(server.url, { codec });
  const database = new Database();
  const writing = writeInBatches(client, database.write, { size: 3, every: "1h" });
  const { ws } = await server.peer();
  for (let i = 1; i <= 7; i++) ws.send(String(i));
  ws.close(1000);
  await writing;
  expect(database.batches).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
});

test("writes an incomplete batch after the time", async () => {
  await using server = await startTextServer();
  const client = await connect(server.url, { codec });
  const database = new Database();
  const writing = writeInBatches(client, database.write, { size: 1_000, every: 20 });
  const { ws } = await server.peer();
  ws.send("1");
  await database.written.until(() => database.batches.length === 1);
  ws.send("2");
  await database.written.until(() => database.batches.length === 2);
  ws.close(1000);
  await writing;
  expect(database.batches).toEqual([[1], [2]]);
});

test("a slow database slows the server down", async () => {
  await using server = await startTextServer();
  const client = await connect(server.url, { codec: json<string>() });
  let finish = () => {};
  const blocked = new Promise<void>((resolve) => (finish = resolve));
  const started = new Condition();
  let count = 0;
  const writing = writeInBatches(
    client,
    async (batch) => {
      count += batch.length;
      started.notify();
      await blocked;
    },
    { size: 2, every: "1h" },
  );
  const { ws } = await server.peer();
  const message = JSON.stringify("x".repeat(65_536));
  for (let i = 0; i < 500; i++) ws.send(message);
  await started.until(() => count > 0);
  // The server's buffer drains only if the client reads.
  while (client.stats.timesPaused === 0) await new Promise(setImmediate);
  expect(ws.bufferedAmount).toBeGreaterThan(0);
  expect(count).toBe(2);
  finish();
  ws.close(1000);
  await writing;
  expect(count).toBe(500);
});

test("rejects when the connection is cut, after it has written what arrived", async () => {
  await using server = await startTextServer();
  const client = await connect(server.url, { codec });
  const database = new Database();
  const writing = writeInBatches(client, database.write, { size: 2, every: "1h" });
  const { ws } = await server.peer();
  for (let i = 1; i <= 3; i++) ws.send(String(i));
  await database.written.until(() => database.batches.length === 1);
  while (client.stats.messagesReceived < 3) await new Promise(setImmediate);
  ws.terminate();
  await expect(writing).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  expect(database.batches).toEqual([[1, 2], [3]]);
});

test("rejects with the error of the database, and reads no more", async () => {
  await using server = await startTextServer();
  await using client = await connect(server.url, { codec });
  const { ws } = await server.peer();
  for (let i = 1; i <= 4; i++) ws.send(String(i));
  const failing = (): Promise<void> => Promise.reject(new Error("disk full"));
  await expect(writeInBatches(client, failing, { size: 2 })).rejects.toThrow("disk full");
  expect((await client.receive()).value).toBe(3);
});
