import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { openFeed } from "../../examples/recipes/exchange-feed.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const CHANNEL = "market.btcusdt.ticker";

const send = (ws: WebSocket, value: object) => ws.send(gzipSync(JSON.stringify(value)));

interface Exchange {
  readonly server: EchoServer;
  /** The texts that arrived on each connection. */
  readonly texts: string[][];
}

/** Starts a server that answers a subscription with a ping and the number of its connection as a price. */
async function startExchange(onText: (ws: WebSocket, text: string) => void): Promise<Exchange> {
  const texts: string[][] = [];
  const server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      const own: string[] = [];
      texts.push(own);
      ws.on("message", (data: Buffer) => {
        own.push(data.toString());
        onText(ws, data.toString());
      });
    },
  });
  return { server, texts };
}

test("answers the pings and subscribes again after the connection was cut", async () => {
  const { server: started, texts } = await startExchange((ws, text) => {
    if (text.includes("sub")) send(ws, { ping: 7 });
    else send(ws, { ch: CHANNEL, tick: { close: texts.length } });
  });
  await using server = started;
  const feed = openFeed(server.url, [CHANNEL]);
  expect((await feed.updates.receive()).value).toEqual({ ch: CHANNEL, tick: { close: 1 } });
  server.connections[0]?.ws.terminate();
  expect((await feed.updates.receive()).value?.tick.close).toBe(2);
  await feed.close();
  const sent = [JSON.stringify({ sub: CHANNEL, id: CHANNEL }), '{"pong":7}'];
  expect(texts).toEqual([sent, sent]);
});

test("answers pings although the updates are not read", async () => {
  let isAnswered = () => {};
  const answered = new Promise<void>((resolve) => (isAnswered = resolve));
  const { server: started } = await startExchange((ws, text) => {
    if (text.includes("pong")) {
      isAnswered();
      return;
    }
    for (let close = 0; close < 3_000; close++) send(ws, { ch: CHANNEL, tick: { close } });
    send(ws, { ping: 1 });
  });
  await using server = started;
  const feed = openFeed(server.url, [CHANNEL]);
  await answered;
  // The oldest 2,000 were dropped.
  expect((await feed.updates.receive()).value?.tick.close).toBe(2_000);
  expect(feed.updates.dropped).toBe(2_000);
  await feed.close();
});

test("replaces a connection on which the server is silent", async () => {
  const { server: started, texts } = await startExchange((ws) => {
    if (texts.length >= 2) send(ws, { ch: CHANNEL, tick: { close: texts.length } });
  });
  await using server = started;
  const feed = openFeed(server.url, [CHANNEL], ms(100));
  expect((await feed.updates.receive()).value?.tick.close).toBeGreaterThan(1);
  await expect((await server.connection(0)).closed).resolves.toMatchObject({ code: 3008 });
  await feed.close();
});
