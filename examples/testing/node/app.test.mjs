// @ts-check
// For `node:test`, which Deno and Bun also run: node --test examples/testing/node/
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "wschan";
import { TestClock, TestServer } from "wschan/testing";
import { INITIAL, openChat, reduce } from "../app/chat.mjs";
import { startFeed } from "../app/feed.mjs";

test("the feed is refused, told to wait, cut in the middle, and back", async () => {
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*");
  server.refuse({ status: 503 });
  server.refuse({ status: 429, headers: { "Retry-After": "120" } });
  const controller = new AbortController();
  const { prices, ended, client } = startFeed("wss://prices.example/feed", controller.signal);

  await clock.advance("10s");
  assert.equal(client.state.type, "waiting");
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
  assert.deepEqual([...prices], [["A", 3]]);

  controller.abort();
  await ended;
  await server.close();
  clock.dispose();
});

test("a dead server is noticed by the keep-alive", async () => {
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*");
  const client = await connect("wss://prices.example/", {
    keepAlive: { interval: "20s", timeout: "5s" },
  });
  const peer = await server.accept();
  await clock.advance("1h");
  assert.equal(client.state, "open");
  peer.silence();
  await clock.advance("25s");
  assert.equal((await client.closed).error?.code, "KEEPALIVE_TIMEOUT");
  await server.close();
  clock.dispose();
});

test("a slow consumer slows the server down", async () => {
  const server = new TestServer("wss://prices.example/*");
  const client = await connect("wss://prices.example/", { channelCapacity: 1 });
  const peer = await server.accept();
  let sent = 0;
  const sending = (async () => {
    for (; sent < 100; sent++) await peer.send("x".repeat(65_536));
  })();
  await client.receive();
  assert.ok(sent < 50, `${sent} messages were sent, although the client has read one`);
  for (let i = 1; i < 100; i++) await client.receive();
  await sending;
  await client.close();
  await server.close();
});

test("the chat shows what was said, and that the connection was lost", async () => {
  const server = new TestServer("wss://chat.example/*");
  server.stubGlobal();
  let state = INITIAL;
  const closed = new Promise((resolve) => {
    openChat("wss://chat.example/room", (event) => {
      state = reduce(state, event);
      if (event.type === "closed") resolve(undefined);
    });
  });
  const peer = await server.accept();
  await peer.send("hello");
  await peer.send("world");
  peer.terminate();
  await closed;
  assert.deepEqual(state, { status: "lost", lines: ["hello", "world"] });
  await server.close();
});
