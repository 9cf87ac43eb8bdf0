import { describe, expect, onTestFinished, test } from "vitest";
import { CLOSE_CODES, connect } from "../../src/node.js";
import type { Client, CloseInfo, ConnectOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import {
  binaryFrame,
  closeFrame,
  closeOf,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { keepHalfOpen, startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { codeOf, isPending, noise, rejectionOf, sleep, timeOf } from "./support.js";

checkLeaks();

const MANY = 94_371_840; // 90 MiB
/** More than a peer that does not read, and the kernel, take of it. */
const STUCK = 33_554_432; // 32 MiB

/** Reads all messages; what the loop throws in the end, if anything. */
async function drain(client: Client): Promise<{ texts: string[]; error?: unknown }> {
  const texts: string[] = [];
  try {
    for await (const message of client) if (message.type === "text") texts.push(message.data);
  } catch (error) {
    return { texts, error };
  }
  return { texts };
}

function collectUnhandled(): unknown[] {
  const seen: unknown[] = [];
  const listener = (error: unknown): void => void seen.push(error);
  const events = ["unhandledRejection", "uncaughtException"] as const;
  // Vitest's own listeners would fail the run; these come first and are taken away by the test.
  for (const event of events) process.on(event, listener);
  onTestFinished(() => {
    for (const event of events) process.off(event, listener);
  });
  return seen;
}

describe("a close by this side", () => {
  test("delivers 90 MiB that were sent just before, then its frame", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    // Only the end of what arrives is looked at: the close frame.
    let tail = Buffer.alloc(0);
    peer.onData = (chunk) => {
      tail = Buffer.concat([tail, chunk]).subarray(-8);
      if (peer.bytesReceived === MANY + 14 + 8) {
        peer.write(closeFrame(1000));
        peer.socket.end();
      }
    };
    void client.send(new Uint8Array(MANY));
    const info = await client.close();
    expect(info).toEqual({ code: 1000, reason: "", clean: true, by: "local", sentCode: 1000 });
    expect(peer.bytesReceived).toBe(MANY + 14 + 8);
    expect(tail.readUInt16BE() & 0xff7f).toBe(0x8802);
  });

  test("delivers compressed messages that were sent just before", async () => {
    await using server = await startEchoServer({ compression: true, echo: false });
    const client = await connect(server.url, { compression: 1 });
    const peer = await server.connection();
    const sizes: number[] = [];
    peer.ws.on("message", (data: Buffer) => sizes.push(data.length));
    for (let i = 1; i <= 20; i++) void client.send(noise(i * 10_000));
    const info = await client.close(1001, "bye");
    expect(info).toMatchObject({ code: 1001, reason: "bye", clean: true, by: "local" });
    expect(sizes).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 10_000));
    expect(await peer.closed).toEqual({ code: 1001, reason: "bye" });
  });

  test("on a paused socket does not wait out its timer", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, { channelCapacity: 1, closeTimeout: ms(4_000) });
    const { ws } = await server.connection();
    for (let i = 0; i < 64; i++) ws.send(new Uint8Array(100_000));
    await expect.poll(() => client.stats.timesPaused).toBeGreaterThan(0);
    await sleep(50);
    const time = await timeOf(client.close());
    expect(time).toBeLessThan(ms(1_000));
    expect((await client.closed).clean).toBe(true);
  });

  test("keeps what had arrived readable and discards what comes later", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("a"), textFrame("b")])),
    });
    const client = await connect(server.url);
    const peer = await server.connection();
    await expect.poll(() => client.channel().length).toBe(2);
    const closed = client.close();
    expect(client.state).toBe("closing");
    expect(client.channel().closed).toBe(true);
    peer.write(textFrame("late"));
    await peer.closeFrame();
    peer.write(textFrame("later"), closeFrame(1000));
    peer.socket.end();
    expect((await closed).clean).toBe(true);
    expect(client.state).toBe("closed");
    expect((await drain(client)).texts).toEqual(["a", "b"]);
  });

  test("ends within closeTimeout, not clean, when the peer never answers", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(200) });
    const start = performance.now();
    const info = await client.close(3001, "bye");
    const time = performance.now() - start;
    expect(info).toMatchObject({ code: 3001, reason: "bye", clean: false, by: "local" });
    expect(info.sentCode).toBe(3001);
    expect(time).toBeGreaterThan(ms(150));
    expect(time).toBeLessThan(ms(600));
    await server.idle();
  });

  test("ends within closeTimeout when the peer answers and keeps its connection", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(200) });
    const peer = await server.connection();
    keepHalfOpen(peer);
    const closed = client.close();
    await peer.closeFrame();
    peer.write(closeFrame(1000));
    expect(await timeOf(closed)).toBeLessThan(ms(600));
    // Both close frames were exchanged and nothing was dropped.
    expect(await closed).toMatchObject({ code: 1000, clean: true, by: "local" });
  });

  test("goes on for longer than closeTimeout while a slow peer takes bytes", async () => {
    await using server = await startRawServer();
    // Longer than the peer takes for what the kernel holds; shorter than it takes for all.
    const client = await connect(server.url, { closeTimeout: ms(700) });
    const peer = await server.connection();
    const size = 33_554_432;
    peer.onData = () => {
      peer.socket.pause();
      setTimeout(() => peer.socket.resume(), ms(3));
      if (peer.bytesReceived === size + 14 + 8) {
        peer.write(closeFrame(1000));
        peer.socket.end();
      }
    };
    void client.send(new Uint8Array(size));
    const start = performance.now();
    const info = await client.close();
    expect(info).toEqual({ code: 1000, reason: "", clean: true, by: "local", sentCode: 1000 });
    expect(performance.now() - start).toBeGreaterThan(ms(800));
    expect(peer.bytesReceived).toBe(size + 14 + 8);
  });

  test("drops what a peer that stopped reading does not take, and says so", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(300) });
    const peer = await server.connection();
    peer.socket.pause();
    const sent = client.send(new Uint8Array(STUCK));
    const flushed = client.flush();
    const time = timeOf(client.close());
    expect(await time).toBeLessThan(ms(1_500));
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect(info.error?.code).toBe("WRITE_TIMEOUT");
    expect(await codeOf(flushed)).toBe("CLOSED");
    expect(await codeOf(sent)).toBe("CLOSED");
  });

  test("tells no sentCode where its frame could not leave", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(200) });
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STUCK));
    const info = await client.close(3001);
    expect(info).toMatchObject({ code: 3001, clean: false, by: "local" });
    expect(info.sentCode).toBeUndefined();
  });

  test("says WRITE_TIMEOUT when the peer resets with bytes unsent", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STUCK));
    const closed = client.close();
    await sleep(50);
    peer.reset();
    const info = await closed;
    expect(info).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect(info.error?.code).toBe("WRITE_TIMEOUT");
  });

  test("is clean when the peer resets after the closing handshake", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    const closed = client.close(1000);
    await peer.closeFrame();
    peer.socket.write(closeFrame(1000), () => peer.reset());
    const info = await closed;
    expect(info.error).toBeUndefined();
    expect(info).toMatchObject({ code: 1000, clean: true, by: "local" });
  });

  test("that crosses the peer's is clean and by this side", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(closeFrame(1001, "peer"));
    const info = await client.close(3000, "mine");
    expect(info).toEqual({
      code: 3000,
      reason: "mine",
      clean: true,
      by: "local",
      sentCode: 3000,
    });
    expect(closeOf(await peer.closeFrame())).toEqual({ code: 3000, reason: "mine" });
  });

  test("tells as sentCode the code that went out, where the peer's came before it could leave", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(1_000) });
    const peer = await server.connection();
    peer.socket.pause();
    const size = 16_777_216;
    void client.send(new Uint8Array(size));
    const closed = client.close(3000, "mine");
    peer.write(closeFrame(1001, "peer"));
    await sleep(100);
    peer.socket.resume();
    const info = await closed;
    const onWire = closeOf(await peer.closeFrame());
    expect(info).toMatchObject({ clean: true, by: "local", sentCode: onWire.code });
  });

  test("called again returns the same promise and sends nothing more", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    const first = client.close(3000);
    const second = client.close(3001);
    expect(await isPending(first)).toBe(true);
    expect(second).toBe(first);
    expect(closeOf(await peer.closeFrame()).code).toBe(3000);
    peer.write(closeFrame(3000));
    await first;
    expect(client.close()).toBe(first);
    expect(peer.frames.filter((one) => one.opcode === OPCODE.CLOSE)).toHaveLength(1);
  });

  test("of a bad code or reason leaves the connection open", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url);
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, NaN]) {
      expect(await codeOf(client.close(code)), String(code)).toBe("INVALID_CLOSE");
    }
    for (const reason of ["x".repeat(124), "ä".repeat(62), "€".repeat(42)]) {
      expect(await codeOf(client.close(1000, reason)), reason).toBe("INVALID_CLOSE");
    }
    expect(client.state).toBe("open");
    await client.send("still here");
    expect(await client.receive()).toMatchObject({ value: { data: "still here" } });
    const longest = "€".repeat(41);
    expect(await client.close(1000, longest)).toMatchObject({ clean: true, reason: longest });
    expect(await (await server.connection()).closed).toEqual({ code: 1000, reason: longest });
  });

  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999])(
    "with %i reaches the peer",
    async (code) => {
      await using server = await startEchoServer();
      const client = await connect(server.url);
      const peer = await server.connection();
      expect(await client.close(code, "r")).toMatchObject({ code, sentCode: code, clean: true });
      expect(await peer.closed).toEqual({ code, reason: "r" });
    },
  );
});

describe("a close by the peer", () => {
  test("stands, whatever comes in pieces behind its frame", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    const after = textFrame("after");
    peer.write(textFrame("before"), closeFrame(1000, "bye"), after.subarray(0, 4));
    await peer.closeFrame();
    peer.write(after.subarray(4), textFrame("more"));
    peer.socket.end();
    expect(await drain(client)).toEqual({ texts: ["before"] });
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
    await server.idle();
  });

  interface Row {
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly info: Partial<CloseInfo>;
    readonly error?: Record<string, unknown>;
    readonly answer: number;
  }
  const byPeer = (code: number, kind: string | undefined, retryable = false): Row => ({
    name: `with ${code}`,
    bytes: closeFrame(code, "why"),
    info: { code, reason: "why", clean: true, by: "peer" },
    ...(kind && {
      error: {
        code: "CLOSED_BY_PEER",
        kind,
        retryable,
        details: { closeCode: code, reason: "why" },
      },
    }),
    answer: code,
  });
  const broken = (name: string, bytes: Uint8Array, answer: number): Row => ({
    name,
    bytes,
    info: { code: answer, clean: false, by: "local", sentCode: answer },
    error: { code: "PROTOCOL_ERROR", kind: "INTERNAL", retryable: false },
    answer,
  });
  const rows: Row[] = [
    byPeer(1000, undefined),
    byPeer(1001, undefined),
    {
      name: "without a code",
      bytes: closeFrame(),
      info: { code: 1005, reason: "", clean: true, by: "peer" },
      answer: 1005,
    },
    byPeer(1002, "INTERNAL"),
    byPeer(1003, "INTERNAL"),
    byPeer(1007, "INTERNAL"),
    byPeer(1008, "PERMISSION_DENIED"),
    byPeer(1009, "INTERNAL"),
    byPeer(1010, "INTERNAL"),
    byPeer(1011, "INTERNAL", true),
    byPeer(1012, "UNAVAILABLE", true),
    byPeer(1013, "UNAVAILABLE", true),
    byPeer(1014, "UNAVAILABLE", true),
    byPeer(3000, "PERMISSION_DENIED"),
    byPeer(3003, "PERMISSION_DENIED"),
    byPeer(3008, "TIMEOUT", true),
    byPeer(3999, "INTERNAL"),
    byPeer(4000, "INTERNAL"),
    byPeer(4999, "INTERNAL"),
    broken("with 999", closeFrame(999), 1002),
    broken("with 1004", closeFrame(1004), 1002),
    broken("with 1005 on the wire", closeFrame(1005), 1002),
    broken("with 1006 on the wire", closeFrame(1006), 1002),
    broken("with 1015 on the wire", closeFrame(1015), 1002),
    broken("with 1016", closeFrame(1016), 1002),
    broken("with 2999", closeFrame(2999), 1002),
    broken("with 5000", closeFrame(5000), 1002),
    broken("with one byte", frame({ opcode: OPCODE.CLOSE, payload: "x" }), 1002),
    broken("with a bad reason", closeFrame(1000, Buffer.from([0xff, 0xfe])), 1007),
    broken("of 126 bytes", closeFrame(1000, "x".repeat(124)), 1002),
    broken("in fragments", frame({ opcode: OPCODE.CLOSE, fin: false }), 1002),
  ];

  test.each(rows)("$name", async ({ bytes, info, error, answer }) => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("last"), bytes])),
    });
    const client = await connect(server.url);
    const { texts, error: thrown } = await drain(client);
    expect(texts).toEqual(["last"]);
    const peer = await server.connection();
    expect(closeOf(await peer.closeFrame()).code).toBe(answer);
    const closed = await client.closed;
    expect(closed).toMatchObject(info);
    if (error) expect(closed.error).toMatchObject(error);
    else expect(closed.error).toBeUndefined();
    // Normal ends just end the loop; all others throw what `closed` holds.
    expect(thrown).toBe(closed.error);
    expect(client.state).toBe("closed");
    const late = await rejectionOf(client.send("late"));
    expect(late).toMatchObject({ code: "CLOSED", retryable: closed.error?.retryable ?? false });
    expect(late.cause).toBe(closed.error);
    peer.socket.end();
    await server.idle();
  });

  test("is seen at once, though the peer keeps its connection", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("last"), closeFrame(1008)])),
    });
    const client = await connect(server.url, { closeTimeout: ms(300) });
    keepHalfOpen(await server.connection());
    expect(await client.receive()).toMatchObject({ ok: true });
    await expect.poll(() => client.state, { timeout: ms(200) }).not.toBe("open");
    expect(await timeOf(client.closed)).toBeLessThan(ms(1_000));
    expect(await client.closed).toMatchObject({ code: 1008, clean: true, by: "peer" });
  });

  test("is not clean when the peer takes no more of what was sent", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(300) });
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STUCK));
    const flushed = client.flush();
    await sleep(50);
    peer.write(closeFrame(1000, "bye"));
    expect(await codeOf(flushed)).toBe("CLOSED");
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1000, reason: "bye", by: "peer" });
    expect(info.clean).toBe(false);
  });

  test.each([
    ["", {}],
    [", with a readTimeout", { readTimeout: ms(400) }],
    [", with a writeTimeout", { writeTimeout: ms(400) }],
  ])("is told as it is by a peer that then stops reading%s", async (_, options) => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(700), ...options });
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STUCK));
    peer.write(closeFrame(1013, "later"));
    await expect.poll(() => client.state, { timeout: ms(300), interval: 5 }).toBe("closing");
    expect(await codeOf(client.send("late"))).toBe("CLOSED");
    expect(await timeOf(client.closed)).toBeLessThan(ms(1_500));
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1013, reason: "later", clean: false, by: "peer" });
    expect(info.sentCode).toBeUndefined();
    expect(info.error).toMatchObject({
      code: "CLOSED_BY_PEER",
      kind: "UNAVAILABLE",
      retryable: true,
      details: { closeCode: 1013, reason: "later" },
    });
  });

  test("is clean though a ping is tried after its frame, which came with the last message", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(textFrame("bye"), closeFrame(1000));
    expect(await client.receive()).toMatchObject({ value: { data: "bye" } });
    expect(await codeOf(client.ping())).toBe("CLOSED");
    expect(await client.closed).toEqual({ code: 1000, reason: "", clean: true, by: "peer" });
    // What follows the last message in the same turn leaves before the answer to the close frame.
    expect(peer.frames.map((one) => one.opcode)).toEqual([OPCODE.PING, OPCODE.CLOSE]);
  });

  test("is clean when the peer resets after it", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(closeFrame(1000, "bye"));
    await peer.closeFrame();
    peer.reset();
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
  });

  test("is answered after what was sent, and nothing can be sent any more", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    await client.send("before");
    peer.write(closeFrame(1000));
    await client.closed;
    expect(await codeOf(client.send("after"))).toBe("CLOSED");
    expect(await codeOf(client.ping())).toBe("CLOSED");
    expect(await codeOf(client.flush())).toBe("CLOSED");
    expect(peer.frames.map((one) => one.opcode)).toEqual([OPCODE.TEXT, OPCODE.CLOSE]);
    expect(client.bufferedAmount).toBe(0);
  });
});

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
    const { texts, error } = await drain(client);
    expect(texts).toEqual(["last"]);
    expect(error).toBe(info.error);
    const late = await rejectionOf(client.send("late"));
    expect(late).toMatchObject({ code: "CLOSED", kind: "UNAVAILABLE", retryable: true });
    expect(late.cause).toBe(info.error);
    await server.idle();
  };

  test("by an end without a close frame", () => lost((peer) => peer.socket.end()));
  test("by an end that keeps the other direction open", () =>
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

  test("by an end while the peer reads nothing, within closeTimeout", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(300) });
    const peer = await server.connection();
    keepHalfOpen(peer);
    peer.socket.pause();
    const sent = client.send(new Uint8Array(STUCK));
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
    expect(await rejectionOf(sent)).toMatchObject({ code: "CLOSED", cause: info.error });
  });

  test("by a reset tells the system's error as its cause", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    (await server.connection()).reset();
    const { error } = await client.closed;
    expect(error?.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test("rejects waiting sends, flushes and pings, and settles all receives", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.socket.pause();
    const waits = [
      client.send(new Uint8Array(STUCK)),
      client.send("behind it"),
      client.flush(),
      client.ping({ timeout: "1m" }),
    ];
    const receives = [client.receive(), client.receive({ timeout: "1m" })];
    await sleep(30);
    peer.reset();
    const codes = await Promise.all(waits.map((wait) => codeOf(wait)));
    expect(codes).toEqual(["CLOSED", "CLOSED", "CLOSED", "CLOSED"]);
    expect(await Promise.all(receives)).toEqual([{ ok: false }, { ok: false }]);
  });

  test("ends no process for sends that nobody awaits", async () => {
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

describe("a failure whose close frame cannot leave tells no sentCode", () => {
  interface Row {
    readonly options: ConnectOptions;
    /** What the peer sends, against the options. */
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
    "%s, behind bytes the peer does not take",
    async (error, { options, bytes, code }) => {
      await using server = await startRawServer();
      const client = await connect(server.url, { closeTimeout: ms(300), ...options });
      const peer = await server.connection();
      peer.socket.pause();
      const sent = client.send(new Uint8Array(STUCK));
      peer.write(bytes);
      expect(await timeOf(client.closed)).toBeLessThan(ms(1_000));
      const info = await client.closed;
      expect(info).toMatchObject({ code, reason: "", clean: false, by: "local" });
      expect(info.error?.code).toBe(error);
      expect(info).not.toHaveProperty("sentCode");
      expect(await rejectionOf(sent)).toMatchObject({ code: "CLOSED", cause: info.error });
    },
  );

  test.each(Object.entries(rows))(
    "%s, behind a message that is being compressed",
    async (error, { options, bytes, code }) => {
      await using server = await startRawServer({
        onRequest: (peer) => peer.accept({ "Sec-WebSocket-Extensions": "permessage-deflate" }),
      });
      const client = await connect(server.url, {
        // Shorter than compressing takes.
        closeTimeout: ms(100),
        compression: 1,
        ...options,
      });
      const peer = await server.connection();
      void client.send(noise(STUCK));
      peer.write(bytes);
      const info = await client.closed;
      expect(info).toMatchObject({ code, clean: false, by: "local" });
      expect(info.error?.code).toBe(error);
      // It tells what the peer has seen.
      await server.idle();
      expect(peer.frames.filter((one) => one.opcode === OPCODE.CLOSE)).toEqual([]);
      expect(info).not.toHaveProperty("sentCode");
    },
  );
});

describe("terminate", () => {
  test("settles at once, and rejects flush and waiting sends with 90 MiB under way", async () => {
    const unhandled = collectUnhandled();
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.socket.pause();
    const sent = client.send(new Uint8Array(MANY));
    const behind = client.send("behind it");
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
    for (const wait of [sent, behind, flushed, pinged]) {
      expect(await rejectionOf(wait)).toMatchObject({ code: "CLOSED", retryable: false });
    }
    expect(await received).toEqual({ ok: false, value: undefined });
    expect(await drain(client)).toEqual({ texts: [] });
    client.terminate();
    expect(client.close()).toBe(client.closed);
    peer.socket.resume();
    await server.idle();
    await sleep(20);
    expect(unhandled).toEqual([]);
  });

  test("is silent about what happens after it", async () => {
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

  test("ends a closing handshake that hangs", async () => {
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

test("while sent bytes wait, only the latest ping is answered", async () => {
  await using server = await startRawServer();
  const client = await connect(server.url);
  const peer = await server.connection();
  peer.socket.pause();
  const size = 16_777_216;
  const sent = client.send(new Uint8Array(size));
  const pings = Array.from({ length: 20_000 }, (_, i) => pingFrame(String(i).padStart(125, "p")));
  peer.write(...pings, textFrame("read"));
  expect(await client.receive()).toMatchObject({ value: { data: "read" } });
  expect(client.bufferedAmount).toBeLessThanOrEqual(size + 20);
  peer.socket.resume();
  await sent;
  const pong = await peer.frame(OPCODE.PONG);
  expect(pong.payload.toString()).toBe("19999".padStart(125, "p"));
  expect(peer.frames.filter(({ opcode }) => opcode === OPCODE.PONG)).toHaveLength(1);
  client.terminate();
});

test("CLOSE_CODES name what is on the wire", async () => {
  await using server = await startRawServer();
  const client = await connect(server.url);
  const peer = await server.connection();
  const closed = client.close(CLOSE_CODES.POLICY_VIOLATION);
  expect([...(await peer.closeFrame()).payload]).toEqual([0x03, 0xf0]);
  peer.write(closeFrame(1008));
  await closed;
});
