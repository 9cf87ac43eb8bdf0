import { expect, test } from "vitest";
import { TestClock, TestServer } from "wschan/testing";
import { openPresence } from "../../examples/recipes/presence.js";
import { startTextServer } from "./text-server.js";

const online = '{"type":"presence","presence":"online"}';
const away = '{"type":"presence","presence":"away"}';
const typing = (room: string, isTyping: boolean) =>
  JSON.stringify({ type: "typing", room, isTyping });

test("sends the presence when a connection opens, and each change", async () => {
  await using server = await startTextServer();
  const presence = openPresence(server.url);
  const peer = await server.peer();
  await peer.received(1);
  presence.setPresence("away");
  presence.setTyping("cats", true);
  expect(await peer.received(3)).toEqual([online, away, typing("cats", true)]);
  await presence.client.close();
});

test("after an outage, only the latest states are sent", async () => {
  await using server = await startTextServer();
  const presence = openPresence(server.url);
  await (await server.peer()).received(1);
  await presence.client.suspend();
  for (let i = 0; i < 10; i++) {
    presence.setPresence(i % 2 === 0 ? "online" : "away");
    presence.setTyping("cats", i % 2 === 0);
    presence.setTyping("dogs", i % 2 === 1);
  }
  expect(presence.client.queue.length).toBe(3);
  presence.client.start();
  const texts = await (await server.peer(1)).received(4);
  expect(texts).toEqual([away, away, typing("cats", false), typing("dogs", true)]);
  await presence.client.close();
  expect(texts).toHaveLength(4);
});

test("the presence is sent again when the connection is cut", async () => {
  await using server = await startTextServer();
  const presence = openPresence(server.url);
  const first = await server.peer();
  presence.setPresence("away");
  await first.received(2);
  first.ws.terminate();
  expect(await (await server.peer(1)).received(1)).toEqual([away]);
  await presence.client.close();
});

test("a typing indicator that has waited for 5 s is not sent", async () => {
  using clock = new TestClock();
  await using server = new TestServer("wss://presence.example/");
  const presence = openPresence("wss://presence.example/");
  await clock.advance(0);
  await (await server.accept()).expect(JSON.parse(online));
  await presence.client.suspend();
  presence.setTyping("cats", true);
  await clock.advance("4s");
  presence.setTyping("dogs", true);
  await clock.advance("1s");
  presence.client.start();
  await clock.advance(0);
  const peer = await server.accept();
  await peer.expect(JSON.parse(online));
  await peer.expect(JSON.parse(typing("dogs", true)));
  await presence.client.close();
});
