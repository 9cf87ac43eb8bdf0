import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "wschan";
import { startRelay } from "../../examples/recipes/server-relay.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { freePort } from "../helpers/ports.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";

checkLeaks();

/** Starts the relay in front of a server. Returns its URL. */
async function relayTo(url: string): Promise<string> {
  const relay = startRelay(0, url);
  onTestFinished(() => {
    for (const socket of relay.clients) socket.terminate();
    relay.close();
  });
  await once(relay, "listening");
  return `ws://127.0.0.1:${(relay.address() as AddressInfo).port}/`;
}

test("relays text and bytes in both directions, also what arrives before the upstream is open", async () => {
  await using upstream = await startEchoServer();
  const client = await connect(await relayTo(upstream.url));
  // Sent at once, while the relay dials.
  void client.send("text");
  void client.send(Uint8Array.of(1, 2));
  expect((await client.receive()).value).toEqual({ type: "text", data: "text" });
  expect((await client.receive()).value).toEqual({ type: "binary", data: Uint8Array.of(1, 2) });
  await client.close(4001, "done");
  expect((await upstream.connections[0]?.closed)?.code).toBe(4001);
});

test("passes on the messages and then the close code of the upstream", async () => {
  await using upstream = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      for (let i = 0; i < 100; i++) ws.send(String(i));
      ws.close(4002, "enough");
    },
  });
  const client = await connect(await relayTo(upstream.url));
  const texts: unknown[] = [];
  while (texts.length < 100) texts.push((await client.receive()).value?.data);
  expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  expect(await client.closed).toMatchObject({ code: 4002, reason: "enough" });
});

test("closes the client with 1014 if the upstream is cut", async () => {
  await using upstream = await startEchoServer({
    onConnection: ({ ws }) => ws.on("message", () => ws.terminate()),
  });
  const client = await connect(await relayTo(upstream.url));
  await client.send("cut");
  expect((await client.closed).code).toBe(1014);
});

test("closes the client with 1014 if nothing listens upstream", async () => {
  const url = await relayTo(`ws://127.0.0.1:${await freePort()}/`);
  const client = await connect(url);
  expect(await client.closed).toMatchObject({ code: 1014, reason: "no upstream" });
});

test("closes the upstream with 1001 if the client is cut", async () => {
  await using upstream = await startEchoServer();
  const client = await connect(await relayTo(upstream.url));
  await client.send("text");
  await client.receive();
  client.terminate();
  expect((await upstream.connections[0]?.closed)?.code).toBe(1001);
});

test("a client that does not read slows the upstream down", { timeout: ms(30_000) }, async () => {
  const chunk = Buffer.alloc(65_536);
  let sent = 0;
  await using upstream = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      // Until 1 MiB waits in this process, which happens only if they are not read.
      const fill = () => {
        while (ws.bufferedAmount < 1_048_576 && sent < 500) {
          ws.send(chunk, fill);
          sent++;
        }
      };
      fill();
    },
  });
  const client = await connect(await relayTo(upstream.url));
  await client.receive();
  // The buffers are full when nothing has moved for half a second. TCP alone may pause for a fifth of a second.
  let turns = 0;
  for (let last = -1; turns < 500; last = sent) {
    turns = last === sent ? turns + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(sent).toBeLessThan(500);
  let received = 1;
  while (received < 500 && (await client.receive()).ok) received++;
  expect([sent, received]).toEqual([500, 500]);
  await client.close();
});
