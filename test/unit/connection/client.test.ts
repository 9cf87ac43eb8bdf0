import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { useClock } from "../../helpers/unit-clock.js";
import { FakeTransport, openClient } from "../../helpers/unit-transport.js";
import { trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("an open client", () => {
  test("exposes its id, URL, handshake results and state", () => {
    const transport = new FakeTransport();
    transport.protocol = "chat";
    transport.extensions = "x";
    transport.handshake = { status: 101, headers: {} };
    transport.bufferedAmount = 7;
    const { client } = openClient({}, transport);
    expect(client).toMatchObject({
      id: expect.stringMatching(/^wschan-\d+$/) as string,
      url: "ws://host.test/path?token=1",
      protocol: "chat",
      extensions: "x",
      handshake: { status: 101, headers: {} },
      bufferedAmount: 7,
      state: "open",
      canPing: true,
      backpressure: "socket",
      compression: 0,
    });
    expect(client.channel()).toBe(client.channel());
    expect(client.channel().capacity).toBe(32);
    client.terminate();
    expect(client.bufferedAmount).toBe(0);
  });

  test.each<[string, number]>([
    ["", 0],
    ["x-other", 0],
    ["permessage-deflate", 1],
    ["permessage-deflate; client_no_context_takeover", 1],
    ["permessage-deflate; server_no_context_takeover", 1],
    ["Permessage-Deflate; server_no_context_takeover; client_no_context_takeover", 2],
  ])("with the extensions %j has compression %i", (extensions, mode) => {
    const transport = new FakeTransport();
    transport.extensions = extensions;
    expect(openClient({}, transport).client.compression).toBe(mode);
  });

  test("counts sent and received messages and payload bytes in stats", async () => {
    const { client, handler } = openClient();
    void client.send("h\u00e9");
    void client.send(new Uint8Array(5));
    handler.onMessage({ type: "text", data: "\u20ac" }, 3);
    handler.onMessage({ type: "binary", data: new Uint8Array(10) }, 10);
    expect(client.stats).toEqual({
      messagesReceived: 2,
      messagesSent: 2,
      bytesReceived: 13,
      bytesSent: 8,
      bytesBuffered: 64 + 2 + 64 + 10,
      timesPaused: 0,
    });
    await client.receive();
    expect(client.stats.bytesBuffered).toBe(74);
    await client.receive();
    expect(client.stats.bytesBuffered).toBe(0);
    void client.receive();
    handler.onMessage({ type: "text", data: "x" }, 1);
    expect(client.stats).toMatchObject({ messagesReceived: 3, bytesBuffered: 0 });
  });
});

describe("a client that is logged", () => {
  test.each<[string, (value: unknown) => string | undefined]>([
    ["util.inspect", (value) => inspect(value, { depth: 9, showHidden: true })],
    ["JSON.stringify", (value) => JSON.stringify(value)],
  ])("by %s shows neither its URL's query nor its options", (_, show) => {
    const { client } = openClient({
      headers: { Authorization: "S3CR3T" },
      meta: { key: "S3CR3T" },
    });
    expect(client.url).toContain("token=1");
    expect(show({ client })).toContain(client.id);
    expect(show({ client })).not.toMatch(/token|S3CR3T|secret/);
    client.terminate();
  });
});
