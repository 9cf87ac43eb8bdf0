import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { TestServer } from "../../src/testing/node.js";
import type { TestPeer } from "../../src/testing/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

async function open(
  options?: ConnectOptions,
): Promise<{ server: TestServer; client: Client; peer: TestPeer }> {
  const server = new TestServer();
  onTestFinished(() => server.close());
  const client = await connect("wss://a.test/", options);
  return { server, client, peer: await server.accept() };
}

describe("messages", () => {
  test("arrive in both directions, with their bytes counted", async () => {
    const { client, peer } = await open();
    await client.send("ä");
    await client.send(new Uint8Array([1, 2, 3]));
    expect(await peer.receive()).toEqual({ ok: true, value: { type: "text", data: "ä" } });
    expect((await peer.receive()).value?.data).toEqual(new Uint8Array([1, 2, 3]));
    expect(peer.bytesReceived).toBe(5);
    await peer.send("hi");
    await peer.send(new Uint8Array([4]));
    expect(peer.bytesSent).toBe(3);
    expect((await client.receive()).value?.data).toBe("hi");
    expect((await client.receive()).value?.data).toEqual(new Uint8Array([4]));
  });

  test("wait at the peer while the client does not read", async () => {
    const { client, peer } = await open({ channelCapacity: 1 });
    let sent = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) await peer.send(new Uint8Array(65_536));
    })();
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    expect(sent).toBeLessThan(50);
    for (let i = 0; i < 100; i++) expect((await client.receive()).value?.data).toHaveLength(65_536);
    await sending;
    expect(client.stats.timesPaused).toBeGreaterThan(0);
  });

  test("wait at the client while the peer is paused", async () => {
    const { client, peer } = await open({ sendHighWaterMark: 65_536 });
    peer.pause();
    let sent = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) await client.send(new Uint8Array(65_536));
    })();
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    expect(sent).toBeLessThan(50);
    expect(client.bufferedAmount).toBeGreaterThanOrEqual(65_536);
    peer.resume();
    await sending;
    await client.flush();
    expect(client.bufferedAmount).toBe(0);
  });

  test("can be iterated over", async () => {
    const { client, peer } = await open();
    for (const text of ["a", "b"]) await client.send(text);
    await client.close();
    const texts: unknown[] = [];
    for await (const { data } of peer.channel()) texts.push(data);
    expect(texts).toEqual(["a", "b"]);
    expect(await peer.receive()).toEqual({ ok: false, value: undefined });
  });

  test("cannot be sent after the end", async () => {
    const { client, peer } = await open();
    await client.close();
    expect(await failureCode(peer.send("late"))).toBe("CLOSED");
    expect(await failureCode(peer.ping())).toBe("CLOSED");
    expect(await failureCode(peer.send(5 as never))).toBe("INVALID_MESSAGE");
  });
});

describe("expect", () => {
  test("passes for the same text, bytes and JSON", async () => {
    const { client, peer } = await open();
    await client.send("text");
    await peer.expect("text");
    await client.send(new Uint8Array([1, 2]));
    await peer.expect(new Uint8Array([1, 2]));
    await client.send('{"b":[1,2],"a":null}');
    await peer.expect({ a: null, b: [1, 2] });
  });

  test("rejects with a readable difference", async () => {
    const { client, peer } = await open();
    await client.send('{"type":"subscribe","id":7}');
    const error: unknown = await peer
      .expect({ type: "subscribe", id: 8 })
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      name: "AssertionError",
      actual: { type: "subscribe", id: 7 },
      expected: { type: "subscribe", id: 8 },
      message: [
        "the message differs",
        '  expected: {"id":8,"type":"subscribe"}',
        '  received: {"id":7,"type":"subscribe"}',
        "                  ^",
      ].join("\n"),
    });
  });

  test.each<[unknown, string | Uint8Array]>([
    ["a", "b"],
    ["1", new Uint8Array([49])],
    [new Uint8Array([1]), "1"],
    [new Uint8Array([1]), new Uint8Array([2])],
    [[1, 2], new Uint8Array([1, 2])],
    [{ a: 1 }, "not JSON"],
    [1, "2"],
  ])("rejects for %j and %j", async (expected, sent) => {
    const { client, peer } = await open();
    await client.send(sent);
    await expect(peer.expect(expected)).rejects.toThrow("the message differs");
  });

  test.each([undefined, NaN, 1n, () => 1, new Map([[1, 2]]), [Infinity]])(
    "is INVALID_MESSAGE for a value that JSON cannot represent: %s",
    async (value) => {
      const { client, peer } = await open();
      expect(await failureCode(peer.expect(value))).toBe("INVALID_MESSAGE");
      await client.send("kept");
      await peer.expect("kept");
    },
  );

  test("rejects at the end of the connection, and after a timeout", async () => {
    const { client, peer } = await open();
    const error = await failure(peer.expect("x", { timeout: 5 }));
    expect(error).toMatchObject({
      code: "RECEIVE_TIMEOUT",
      message: "expect: timed out after 5 ms",
    });
    await client.close();
    await expect(peer.expect("x")).rejects.toThrow("the end of the connection");
  });
});

test("100,000 sends that are not awaited arrive in order", { timeout: 20_000 }, async () => {
  const { client, peer } = await open();
  const count = 100_000;
  for (let i = 0; i < count; i++) void peer.send(String(i));
  for (let i = 0; i < count; i++) {
    const { value } = client.tryReceive() ?? (await client.receive());
    if (value?.data !== String(i)) expect(value?.data).toBe(String(i));
  }
  for (let i = 0; i < count; i++) void client.send(String(i));
  for (let i = 0; i < count; i++) {
    const { value } = await peer.receive();
    if (value?.data !== String(i)) expect(value?.data).toBe(String(i));
  }
});

describe("the end", () => {
  test("by the peer has its code and reason at both sides", async () => {
    const { client, peer } = await open();
    const end = await peer.close(1013, "later");
    expect(end).toEqual({ code: 1013, reason: "later", clean: true, by: "local" });
    expect(await client.closed).toMatchObject({ code: 1013, reason: "later", by: "peer" });
  });

  test("by the peer without a code is 1005 at the client", async () => {
    const { client, peer } = await open();
    await peer.close(1005);
    expect((await client.closed).code).toBe(1005);
  });

  test("by the client is reported to the peer", async () => {
    const { client, peer } = await open();
    await client.close(4000, "bye");
    expect(await peer.closed).toEqual({ code: 4000, reason: "bye", clean: true, by: "peer" });
  });

  test("by terminate() is 1006 at the client, after the messages before it", async () => {
    const { client, peer } = await open();
    void peer.send("last");
    peer.terminate();
    expect((await client.receive()).value?.data).toBe("last");
    expect(await client.closed).toMatchObject({ code: 1006, error: { code: "CONNECTION_LOST" } });
    expect(await peer.closed).toEqual({ code: 1006, reason: "", clean: false, by: "local" });
  });

  test("by terminate() of the client is 1006 at the peer", async () => {
    const { client, peer } = await open();
    client.terminate();
    expect(await peer.closed).toEqual({ code: 1006, reason: "", clean: false, by: "none" });
  });

  test.each([999, 1004, 1006, 5000])("with the code %i is INVALID_CLOSE", async (code) => {
    const { client, peer } = await open();
    expect(await failureCode(peer.close(code))).toBe("INVALID_CLOSE");
    expect(client.state).toBe("open");
  });

  test("by readLimit reaches the peer with 1009", async () => {
    const { client, peer } = await open({ readLimit: 10 });
    void peer.send("12345678901");
    expect((await client.closed).error?.code).toBe("MESSAGE_TOO_BIG");
    expect((await peer.closed).code).toBe(1009);
  });
});

describe("pings", () => {
  test("of both sides are answered", async () => {
    const { client, peer } = await open();
    expect(await peer.ping()).toBeGreaterThanOrEqual(0);
    expect(await client.ping()).toBeGreaterThanOrEqual(0);
  });

  test("are not answered by a silent peer, nor is a close frame", async () => {
    const { client, peer } = await open({ closeTimeout: 20 });
    peer.silence();
    expect(await failureCode(client.ping({ timeout: 5 }))).toBe("PING_TIMEOUT");
    expect(await client.close()).toMatchObject({ clean: false });
  });

  test("fail when the connection ends", async () => {
    const { client, peer } = await open();
    peer.silence();
    const pinged = failureCode(client.ping());
    const server = failureCode(peer.ping());
    client.terminate();
    expect(await pinged).toBe("CLOSED");
    expect(await server).toBe("CLOSED");
  });
});
