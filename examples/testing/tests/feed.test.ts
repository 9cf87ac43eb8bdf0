/// <reference types="vitest/globals" />
// For Vitest with `globals: true`, Jest, and Bun: all of them have the functions `test` and `expect`.
import { connect } from "wschan";
import { TestClock, TestServer } from "wschan/testing";
import { startFeed } from "../app/feed.mjs";

/** Keeps its options the same in a simulated page, where the default is "browser". */
const LIKE_NODE = { platform: "node" } as const;

test("the feed is refused, told to wait, cut in the middle, and back", async () => {
  const start = performance.now();
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*", LIKE_NODE);
  server.refuse({ status: 503 });
  server.refuse({ status: 429, headers: { "Retry-After": "120" } });
  const controller = new AbortController();
  const { prices, ended, client } = startFeed("wss://prices.example/feed", controller.signal);

  await clock.advance("10s");
  expect(client.state.type).toBe("waiting");
  await clock.advance("5m");
  const first = await server.accept();
  await first.expect({ type: "subscribe" });
  await first.send('{"symbol":"A","price":1}');
  first.link = { cutAfter: 60 }; // in the middle of the next message
  void first.send('{"symbol":"B","price":2}').catch(() => {});
  await clock.advance("1m");

  const second = await server.accept();
  await second.expect({ type: "subscribe" });
  await second.send('{"symbol":"A","price":3}');
  await clock.advance(0);
  expect([...prices]).toEqual([["A", 3]]);

  controller.abort();
  await ended;
  await server.close();
  clock.dispose();
  expect(performance.now() - start).toBeLessThan(1_000);
});

test("a dead server is noticed by the keep-alive", async () => {
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*", LIKE_NODE);
  const client = await connect("wss://prices.example/", {
    keepAlive: { interval: "20s", timeout: "5s" },
  });
  const peer = await server.accept();
  await clock.advance("1h");
  expect(client.state).toBe("open");

  peer.silence();
  await clock.advance("25s");
  expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  await server.close();
  clock.dispose();
});

test("a slow consumer slows the server down", async () => {
  const server = new TestServer("wss://prices.example/*", LIKE_NODE);
  const client = await connect("wss://prices.example/", { channelCapacity: 1 });
  const peer = await server.accept();
  let sent = 0;
  const sending = (async () => {
    for (; sent < 100; sent++) await peer.send("x".repeat(65_536));
  })();
  await client.receive();
  expect(sent).toBeLessThan(50);

  for (let i = 1; i < 100; i++) await client.receive();
  await sending;
  await client.close();
  await server.close();
});
