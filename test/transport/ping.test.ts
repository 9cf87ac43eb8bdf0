import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { closeFrame, frame, OPCODE, pingFrame, pongFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { isPending, sleep } from "./support.js";

checkLeaks();

async function open(
  server: RawServer,
  options?: ConnectOptions,
): Promise<{ client: Client; peer: RawConnection }> {
  const client = await connect(server.url, options);
  return { client, peer: await server.connection() };
}

/** Returns the payload of ping number `n` that the peer received, counted from 0. */
async function payloadOf(peer: RawConnection, n: number): Promise<Buffer> {
  return (await peer.frame(OPCODE.PING, n)).payload;
}

/** Waits until the client has read everything that the peer has written. */
async function syncWith(client: Client, peer: RawConnection): Promise<void> {
  peer.write(textFrame("mark"));
  expect(await client.receive()).toMatchObject({ value: { data: "mark" } });
  await turns(1);
}

describe("a ping", () => {
  test("carries a different payload each time", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const pings = [client.ping(), client.ping(), client.ping()];
    const payloads = [0, 1, 2].map(async (n) => (await payloadOf(peer, n)).toString("hex"));
    expect(new Set(await Promise.all(payloads)).size).toBe(3);
    peer.write(pongFrame(await payloadOf(peer, 2)));
    await Promise.all(pings);
    client.terminate();
  });

  test("is not settled by the pong of an earlier one, even if that arrives repeatedly", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const pings = [client.ping(), client.ping(), client.ping()] as const;
    const third = await payloadOf(peer, 2);
    const [first, second] = [await payloadOf(peer, 0), await payloadOf(peer, 1)];
    peer.write(pongFrame(second), pongFrame(first), pongFrame(second));
    await Promise.all(pings.slice(0, 2));
    await syncWith(client, peer);
    expect(await isPending(pings[2])).toBe(true);
    peer.write(pongFrame(third));
    await pings[2];
    client.terminate();
  });

  test("is settled by the pong of a later one that has timed out", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const first = client.ping();
    expect(await failureCode(client.ping({ timeout: ms(50) }))).toBe("PING_TIMEOUT");
    peer.write(pongFrame(await payloadOf(peer, 1)));
    expect(await first).toBeGreaterThan(0);
    client.terminate();
  });

  test.each<[string, (own: Buffer) => Uint8Array]>([
    ["no payload", () => new Uint8Array()],
    ["its own payload cut short", (own) => own.subarray(0, -1)],
    ["one byte more after its own payload", (own) => Buffer.concat([own, Buffer.alloc(1)])],
    ["one byte more before its own payload", (own) => Buffer.concat([Buffer.alloc(1), own])],
    ["the number after its own", (own) => plus(own, 1)],
    ["zero", (own) => Buffer.alloc(own.length)],
    ["the highest number", (own) => Buffer.alloc(own.length, 255)],
  ])("ignores a foreign pong with %s", async (_, payload) => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const ping = client.ping();
    const own = await payloadOf(peer, 0);
    peer.write(pongFrame(payload(own)));
    await syncWith(client, peer);
    expect(await isPending(ping)).toBe(true);
    peer.write(pongFrame(own));
    await ping;
    client.terminate();
  });

  test("is measured from the call if its pong arrives before its flush", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const first = client.ping();
    const own = await payloadOf(peer, 0);
    peer.write(pongFrame(own));
    await first;
    peer.socket.pause();
    void client.send(new Uint8Array(33_554_432));
    const start = performance.now();
    const ping = client.ping();
    setTimeout(() => peer.write(pongFrame(plus(own, 1))), ms(100));
    const roundTrip = await ping;
    const all = performance.now() - start;
    expect(roundTrip).toBeGreaterThan(ms(95));
    expect(roundTrip).toBeLessThanOrEqual(all);
    peer.socket.resume();
    client.terminate();
  });
});

describe("a socket that is paused", () => {
  async function openPaused(server: RawServer): ReturnType<typeof open> {
    const opened = await open(server, { channelCapacity: 1 });
    const { client, peer } = opened;
    peer.write(textFrame("first"));
    await expect.poll(() => client.stats.messagesReceived).toBe(1);
    await expectPaused(opened, 1);
    expect(client.stats.timesPaused).toBe(1);
    return opened;
  }

  /** Checks that the client has received `received` messages, and reads no further one. */
  async function expectPaused(
    { client, peer }: Awaited<ReturnType<typeof open>>,
    received: number,
  ): Promise<void> {
    peer.write(textFrame("held back"));
    await sleep(30);
    expect(client.stats.messagesReceived).toBe(received);
  }

  test("resumes while a ping is outstanding, and pauses again with the last pong", async () => {
    await using server = await startRawServer();
    const opened = await openPaused(server);
    const { client, peer } = opened;
    const pings = [client.ping(), client.ping()] as const;
    await expect.poll(() => client.stats.messagesReceived).toBe(2);
    peer.write(pongFrame(await payloadOf(peer, 0)));
    await pings[0];
    peer.write(textFrame("while the second is outstanding"));
    await expect.poll(() => client.stats.messagesReceived).toBe(3);
    expect(client.stats.timesPaused).toBe(1);
    peer.write(pongFrame(await payloadOf(peer, 1)));
    await pings[1];
    await expectPaused(opened, 3);
    expect(client.stats.timesPaused).toBe(2);
    client.terminate();
  });

  test("still reads control frames up to the next message: answers pings and accepts a close frame", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server, { channelCapacity: 1 });
    peer.write(textFrame("first"));
    await expect.poll(() => client.stats.messagesReceived).toBe(1);
    peer.write(pingFrame("a"));
    await peer.frame(OPCODE.PONG);
    peer.write(closeFrame(1000));
    await peer.closeFrame();
    peer.socket.end();
    expect(await client.closed).toMatchObject({ code: 1000, clean: true, by: "peer" });
    expect((await client.receive()).value?.data).toBe("first");
  });

  test("still reads control frames up to the next message: detects a protocol error", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server, { channelCapacity: 1 });
    peer.write(textFrame("first"));
    await expect.poll(() => client.stats.messagesReceived).toBe(1);
    // The frame arrives byte by byte, so that its header is incomplete at first.
    for (const byte of frame({ opcode: 3 })) {
      peer.write(Uint8Array.of(byte));
      await turns(1);
    }
    expect((await client.closed).error?.code).toBe("PROTOCOL_ERROR");
    expect((await client.receive()).value?.data).toBe("first");
  });

  test("stays so behind half of bufferLimit, whatever pong is awaited", async () => {
    await using server = await startRawServer();
    const bufferLimit = 1_048_576;
    const { client, peer } = await open(server, { bufferLimit });
    const count = 2_000;
    const payloads = Array.from({ length: count }, (_, i) => `${i} `.padEnd(4_096, "."));
    // The messages are eight times as large as bufferLimit.
    peer.write(...payloads.map((payload) => textFrame(payload)));
    expect(await failureCode(client.ping({ timeout: ms(200) }))).toBe("PING_TIMEOUT");
    expect(client.stats.bytesBuffered).toBeGreaterThan(bufferLimit / 2);
    const ping = client.ping();
    for (const payload of payloads) {
      expect((await client.receive()).value?.data === payload).toBe(true);
    }
    peer.write(pongFrame(await payloadOf(peer, 1)));
    expect(await ping).toBeGreaterThan(0);
    client.terminate();
  });

  test.each(["timeout", "signal"])("pauses again when a ping is ended by its %s", async (by) => {
    await using server = await startRawServer();
    const opened = await openPaused(server);
    const { client } = opened;
    const controller = new AbortController();
    const ping = client.ping(
      by === "timeout" ? { timeout: ms(100) } : { signal: controller.signal },
    );
    await expect.poll(() => client.stats.messagesReceived).toBe(2);
    expect(client.stats.timesPaused).toBe(1);
    if (by === "signal") controller.abort();
    expect(await failureCode(ping)).toBe(by === "timeout" ? "PING_TIMEOUT" : "ABORTED");
    await expectPaused(opened, 2);
    expect(client.stats.timesPaused).toBe(2);
    client.terminate();
  });

  test("does not pause again when its consumer has caught up meanwhile", async () => {
    await using server = await startRawServer();
    const { client, peer } = await openPaused(server);
    const ping = client.ping();
    await expect.poll(() => client.stats.messagesReceived).toBe(2);
    for (let i = 0; i < 2; i++) await client.receive();
    peer.write(pongFrame(await payloadOf(peer, 0)));
    await ping;
    await syncWith(client, peer);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });
});

describe("outstanding pings reject with CLOSED", () => {
  test.each<[string, (client: Client, peer: RawConnection) => void]>([
    ["terminate", (client) => client.terminate()],
    ["a local close", (client) => void client.close()],
    ["the peer's close", (_, peer) => peer.write(closeFrame(1001))],
    ["a reset", (_, peer) => peer.reset()],
    ["a protocol error of the peer", (_, peer) => peer.write(Buffer.of(0xff, 0xff))],
  ])("when the connection ends by %s", async (_, end) => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const pings = [client.ping(), client.ping()];
    await payloadOf(peer, 1);
    const errors = pings.map(failure);
    peer.onFrame = ({ opcode }) => {
      if (opcode !== OPCODE.CLOSE) return;
      peer.write(closeFrame(1000));
      peer.socket.end();
    };
    end(client, peer);
    const { error: cause } = await client.closed;
    for (const error of await Promise.all(errors)) {
      expect(error).toMatchObject({ code: "CLOSED", retryable: cause?.retryable ?? false });
      expect(error.cause).toBe(cause);
    }
  });

  test("even if they could not be written", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    peer.socket.pause();
    void client.send(new Uint8Array(33_554_432));
    const ping = failureCode(client.ping());
    await sleep(20);
    client.terminate();
    expect(await ping).toBe("CLOSED");
    peer.socket.resume();
  });
});

/** Adds `n` to a number of 32 bits, big-endian. */
function plus(bytes: Buffer, n: number): Buffer {
  const sum = Buffer.from(bytes);
  sum.writeUInt32BE(sum.readUInt32BE() + n);
  return sum;
}
