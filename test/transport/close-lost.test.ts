import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { binaryFrame, frame, OPCODE, pongFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { keepHalfOpen, startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import {
  collectUnhandled,
  isPending,
  LARGE_MESSAGE_BYTES,
  noise,
  readAll,
  sleep,
  STALLING_BYTES,
  timeOf,
} from "./support.js";

checkLeaks();

describe("a connection that is lost", () => {
  const lost = async (end: (peer: RawConnection) => void): Promise<void> => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(textFrame("last"));
    await expect.poll(() => client.channel().length).toBe(1);
    end(peer);
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1006, reason: "", clean: false, by: "none" });
    expect(info.error).toMatchObject({
      code: "CONNECTION_LOST",
      kind: "UNAVAILABLE",
      retryable: true,
    });
    expect(info.sentCode).toBeUndefined();
    const { texts, error } = await readAll(client);
    expect(texts).toEqual(["last"]);
    expect(error).toBe(info.error);
    const late = await failure(client.send("late"));
    expect(late).toMatchObject({ code: "CLOSED", kind: "UNAVAILABLE", retryable: true });
    expect(late.cause).toBe(info.error);
    await server.idle();
  };

  test("by an end without a close frame", () => lost((peer) => peer.socket.end()));
  test("by an end of one direction only", () =>
    lost((peer) => {
      keepHalfOpen(peer);
      peer.socket.end();
      peer.socket.on("end", () => peer.socket.destroy());
    }));
  test("by an end in the middle of a header", () =>
    lost((peer) => {
      peer.write(Buffer.from([0x81]));
      peer.socket.end();
    }));
  test("by an end in the middle of a frame", () =>
    lost((peer) => {
      peer.write(frame({ opcode: OPCODE.TEXT, payload: "half", length: 100 }));
      peer.socket.end();
    }));
  test("by an end between fragments", () =>
    lost((peer) => {
      peer.write(frame({ opcode: OPCODE.TEXT, payload: "half", fin: false }));
      peer.socket.end();
    }));
  test("by a reset", () => lost((peer) => peer.reset()));
  test("by a reset in the middle of a frame", () =>
    lost((peer) => {
      const half = frame({ opcode: OPCODE.BINARY, payload: noise(70_000), length: 140_000 });
      peer.socket.write(half, () => setTimeout(() => peer.reset(), 20));
    }));

  test("by an end while the peer does not read ends within closeTimeout", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(300) });
    const peer = await server.connection();
    keepHalfOpen(peer);
    peer.socket.pause();
    const sent = client.send(new Uint8Array(STALLING_BYTES));
    const received = client.receive();
    peer.socket.end();
    await expect.poll(() => client.state, { timeout: ms(200), interval: 5 }).toBe("closing");
    expect(await timeOf(client.closed)).toBeLessThan(ms(900));
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1006, reason: "", clean: false, by: "none" });
    expect(info.error).toMatchObject({ code: "CONNECTION_LOST", retryable: true });
    expect(info.sentCode).toBeUndefined();
    expect(client.state).toBe("closed");
    expect(await received).toEqual({ ok: false });
    expect(await failure(sent)).toMatchObject({ code: "CLOSED", cause: info.error });
  });

  test("by a reset has the error of the system as its cause", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    (await server.connection()).reset();
    const { error } = await client.closed;
    expect(error?.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test("rejects pending sends, flushes and pings, and settles all receives", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.socket.pause();
    const waits = [
      client.send(new Uint8Array(STALLING_BYTES)),
      client.send("queued after it"),
      client.flush(),
      client.ping({ timeout: "1m" }),
    ];
    const receives = [client.receive(), client.receive({ timeout: "1m" })];
    await sleep(30);
    peer.reset();
    const codes = await Promise.all(waits.map((wait) => failureCode(wait)));
    expect(codes).toEqual(["CLOSED", "CLOSED", "CLOSED", "CLOSED"]);
    expect(await Promise.all(receives)).toEqual([{ ok: false }, { ok: false }]);
  });

  test("causes no unhandled rejection for sends that are not awaited", async () => {
    const unhandled = collectUnhandled();
    await using server = await startRawServer();
    const client = await connect(server.url, { compression: 1 });
    const peer = await server.connection();
    peer.socket.pause();
    const deadline = performance.now() + ms(200);
    let resetAt = 0;
    while (performance.now() < deadline) {
      for (let i = 0; i < 50; i++) void client.send(noise(2_000));
      void client.flush();
      await sleep(1);
      if (resetAt++ === 5) peer.reset();
    }
    void client.send("late");
    void client.flush();
    expect((await client.closed).code).toBe(1006);
    await sleep(50);
    expect(unhandled).toEqual([]);
  });
});

describe("a failure whose close frame cannot be written reports no sentCode:", () => {
  interface Row {
    readonly options: ConnectOptions;
    /** Bytes of the peer that exceed a limit of the options. */
    readonly bytes: Uint8Array;
    readonly code: number;
  }
  const rows: Record<string, Row> = {
    SLOW_CONSUMER: {
      options: { bufferLimit: 65_536, backpressure: "buffer" },
      bytes: Buffer.concat([1, 2, 3].map((seed) => binaryFrame(noise(60_000, seed)))),
      code: 1008,
    },
    MESSAGE_TOO_BIG: {
      options: { readLimit: 1_000 },
      bytes: binaryFrame(noise(2_000)),
      code: 1009,
    },
  };

  test.each(Object.entries(rows))(
    "%s, after bytes that the peer does not read",
    async (error, { options, bytes, code }) => {
      await using server = await startRawServer();
      const client = await connect(server.url, { closeTimeout: ms(300), ...options });
      const peer = await server.connection();
      peer.socket.pause();
      const sent = client.send(new Uint8Array(STALLING_BYTES));
      peer.write(bytes);
      expect(await timeOf(client.closed)).toBeLessThan(ms(1_000));
      const info = await client.closed;
      expect(info).toMatchObject({ code, reason: "", clean: false, by: "local" });
      expect(info.error?.code).toBe(error);
      expect(info).not.toHaveProperty("sentCode");
      expect(await failure(sent)).toMatchObject({ code: "CLOSED", cause: info.error });
    },
  );

  test.each(Object.entries(rows))(
    "%s, after a message that is being compressed",
    async (error, { options, bytes, code }) => {
      await using server = await startRawServer({
        onRequest: (peer) => peer.accept({ "Sec-WebSocket-Extensions": "permessage-deflate" }),
      });
      const client = await connect(server.url, {
        // Compressing the message takes longer than this.
        closeTimeout: ms(100),
        compression: 1,
        ...options,
      });
      const peer = await server.connection();
      void client.send(noise(STALLING_BYTES));
      peer.write(bytes);
      const info = await client.closed;
      expect(info).toMatchObject({ code, clean: false, by: "local" });
      expect(info.error?.code).toBe(error);
      // The peer must not have received a close frame, either.
      await server.idle();
      expect(peer.frames.filter((one) => one.opcode === OPCODE.CLOSE)).toEqual([]);
      expect(info).not.toHaveProperty("sentCode");
    },
  );
});

describe("terminate", () => {
  test("settles at once, and rejects flushes and pending sends while 90 MiB are being written", async () => {
    const unhandled = collectUnhandled();
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.socket.pause();
    const sent = client.send(new Uint8Array(LARGE_MESSAGE_BYTES));
    const queued = client.send("queued after it");
    const flushed = client.flush();
    const pinged = client.ping();
    const received = client.receive();
    await sleep(20);
    client.terminate();
    expect(client.state).toBe("closed");
    expect(client.bufferedAmount).toBe(0);
    expect(await isPending(client.closed)).toBe(false);
    const info = await client.closed;
    expect(info).toEqual({ code: 1006, reason: "", clean: false, by: "local" });
    for (const wait of [sent, queued, flushed, pinged]) {
      expect(await failure(wait)).toMatchObject({ code: "CLOSED", retryable: false });
    }
    expect(await received).toEqual({ ok: false, value: undefined });
    expect(await readAll(client)).toEqual({ texts: [] });
    client.terminate();
    expect(client.close()).toBe(client.closed);
    peer.socket.resume();
    await server.idle();
    await sleep(20);
    expect(unhandled).toEqual([]);
  });

  test("causes no unhandled rejection by events after it", async () => {
    const unhandled = collectUnhandled();
    await using server = await startRawServer();
    for (let i = 0; i < 10; i++) {
      const client = await connect(server.url, {
        compression: i % 2 === 0 ? 0 : 1,
        closeTimeout: ms(100),
      });
      const peer = await server.connection(i);
      void client.send(noise(1_000_000));
      peer.write(textFrame("x"), frame({ opcode: 3 }), pongFrame("?"));
      if (i % 3 === 0) peer.reset();
      if (i % 3 === 1) await sleep(1);
      client.terminate();
      peer.write(textFrame("after"));
      void client.send("after");
    }
    await server.idle();
    await sleep(50);
    expect(unhandled).toEqual([]);
  });

  test("ends a close handshake that hangs", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    await server.connection();
    const closed = client.close(1000, "bye");
    await sleep(10);
    client.terminate();
    expect(await isPending(closed)).toBe(false);
    expect(await closed).toMatchObject({ clean: false, by: "local" });
    await server.idle();
  });

  test("inside the loop over messages ends it without an error", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("a"), textFrame("b")])),
    });
    const client = await connect(server.url);
    const seen: string[] = [];
    for await (const message of client) {
      seen.push(String(message.data));
      client.terminate();
    }
    expect(seen).toContain("a");
    await server.idle();
  });
});
