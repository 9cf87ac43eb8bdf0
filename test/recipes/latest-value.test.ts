import { expect, onTestFinished, test } from "vitest";
import { connect } from "wschan";
import type { Message } from "wschan";
import { json } from "wschan/codec";
import { latestByKey } from "../../examples/recipes/latest-value.js";
import { Condition } from "../helpers/condition.js";
import { startTextServer } from "./text-server.js";

interface Price {
  readonly symbol: string;
  readonly price: number;
}

const codec = json<Price>();
const symbolOf = ({ symbol }: Price): string => symbol;

/** Opens a client of a new server, and returns what sends prices to it. */
async function open() {
  const server = await startTextServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const client = await connect(server.url, { codec });
  const { ws } = await server.peer();
  const send = (symbol: string, price: number) => ws.send(JSON.stringify({ symbol, price }));
  return { client, ws, send };
}

test("a slow loop gets the newest price of each symbol, and nothing older", async () => {
  const { client, ws, send } = await open();
  const seen: string[] = [];
  const prices = latestByKey(client, symbolOf);
  send("A", 0);
  seen.push(JSON.stringify((await prices.next()).value));
  // All of these arrive while the loop is busy.
  for (let price = 1; price <= 1_000; price++) for (const symbol of ["A", "B"]) send(symbol, price);
  ws.close(1000);
  await client.closed;
  while (client.channel().length > 0) await new Promise(setImmediate);
  for await (const { symbol, price } of prices) seen.push(`${symbol} ${price}`);
  expect(seen).toEqual(['{"symbol":"A","price":0}', "A 1000", "B 1000"]);
});

test("a fast loop gets every price", async () => {
  const { client, ws, send } = await open();
  const read = new Condition();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { price } of latestByKey(client, symbolOf)) {
      seen.push(price);
      read.notify();
    }
  })();
  for (let price = 1; price <= 20; price++) {
    send("A", price);
    await read.until(() => seen.length === price);
  }
  ws.close(1000);
  await reading;
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test("at most maxKeys messages wait, and further ones stay in the client", async () => {
  const { client, ws, send } = await open();
  const prices = latestByKey(client, symbolOf, 5);
  send("first", 0);
  await prices.next();
  for (let i = 0; i < 20; i++) send(`S${i}`, i);
  ws.close(1000);
  await client.closed;
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
  // Five wait for the loop, and one for room.
  expect(client.channel().length).toBe(20 - 6);
  const seen: number[] = [];
  for await (const { price } of prices) seen.push(price);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test("the loop throws when the connection is cut, after the prices before it", async () => {
  const { client, ws, send } = await open();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { price } of latestByKey(client, symbolOf)) {
      seen.push(price);
      ws.terminate();
    }
  })();
  send("A", 1);
  await expect(reading).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  expect(seen).toEqual([1]);
});

test("a loop that is left stops reading, and the client goes on", async () => {
  await using server = await startTextServer();
  await using client = await connect(server.url);
  const { ws } = await server.peer();
  ws.send("one");
  for await (const message of latestByKey(client, () => "key")) {
    expect(message.data).toBe("one");
    break;
  }
  ws.send("two");
  expect((await client.receive()).value as Message).toMatchObject({ data: "two" });
});
