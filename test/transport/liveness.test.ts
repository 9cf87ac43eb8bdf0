import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { createWebSocketStream } from "ws";
import { connect } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure, failureCode } from "../helpers/failure.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import {
  closeFrame,
  closeOf,
  frame,
  FrameParser,
  inflate,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ROOT } from "../helpers/root.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { isPending, noise, sleep, timeOf } from "./support.js";

checkLeaks();

const PERIOD_MS = ms(150);

/** Returns the CPU time that this process has used, in milliseconds. */
function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Makes the peer pause for 3 ms after every 64 KiB. */
function readSlowly(peer: RawConnection): void {
  let unpaused = 0;
  peer.onData = (chunk) => {
    unpaused += chunk.length;
    if (unpaused < 65_536) return;
    unpaused = 0;
    peer.socket.pause();
    setTimeout(() => peer.socket.resume(), ms(3));
  };
}

describe("readTimeout", () => {
  test("ends a silent connection with 3008", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { readTimeout: PERIOD_MS });
    const waiting = client.receive();
    const start = performance.now();
    const info = await client.closed;
    const time = performance.now() - start;
    expect(time).toBeGreaterThan(PERIOD_MS * 0.9);
    expect(time).toBeLessThan(PERIOD_MS * 2);
    expect(info).toMatchObject({ clean: false, by: "local", code: 3008, sentCode: 3008 });
    expect(info.error).toMatchObject({ code: "READ_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(await waiting).toEqual({ ok: false });
    expect(await failure(client.send("late"))).toMatchObject({
      code: "CLOSED",
      retryable: true,
      cause: info.error,
    });
    await expect(client[Symbol.asyncIterator]().next()).rejects.toBe(info.error);
    const peer = await server.connection();
    expect(closeOf(await peer.closeFrame()).code).toBe(3008);
    peer.socket.end();
    await server.idle();
  });

  test.each([
    ["messages", textFrame("x")],
    ["pings", pingFrame("x")],
    ["pongs", pongFrame("x")],
  ])("is restarted by %s", async (_, bytes) => {
    await using server = await startRawServer();
    const client = await connect(server.url, { readTimeout: PERIOD_MS, channelCapacity: 100 });
    const peer = await server.connection();
    for (let i = 0; i < 8; i++) {
      await sleep(PERIOD_MS / ms(1) / 2);
      peer.write(bytes);
    }
    expect(client.state).toBe("open");
    expect(await timeOf(client.closed)).toBeGreaterThan(PERIOD_MS * 0.8);
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  });

  test("is restarted by written bytes", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { readTimeout: PERIOD_MS });
    for (let i = 0; i < 8; i++) {
      await sleep(PERIOD_MS / ms(1) / 2);
      await client.send("x");
    }
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("is restarted by bytes of a TLS record that is not complete", async () => {
    const tls = createCertificate();
    await using server = await startEchoServer({ tls, echo: false });
    await using proxy = await startFaultProxy(server.url);
    const client = await connect(proxy.url, {
      readTimeout: ms(300),
      node: { tls: { ca: tls.cert } },
    });
    // The message is one TLS record, which can be decrypted only when it is complete: after three periods.
    (await proxy.connection()).toClient.set({ rate: 4_000 / ms(1) });
    (await server.connection()).ws.send(noise(4_000));
    expect(await client.receive()).toMatchObject({ ok: true });
    client.terminate();
  });

  test("is suspended while the channel is full", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("1"), textFrame("2")])),
    });
    const client = await connect(server.url, { readTimeout: PERIOD_MS, channelCapacity: 1 });
    await sleep((PERIOD_MS / ms(1)) * 3);
    expect(client.state).toBe("open");
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    // The channel has room again, so the deadline runs for the next message of the peer.
    const time = await timeOf(client.closed);
    expect(time).toBeGreaterThan(PERIOD_MS * 0.8);
    expect(time).toBeLessThan(PERIOD_MS * 2);
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  });

  test.each([
    ["in a header", frame({ opcode: OPCODE.TEXT, payload: "x".repeat(300) }).subarray(0, 3)],
    ["in a payload", frame({ opcode: OPCODE.TEXT, payload: "x".repeat(300) }).subarray(0, 100)],
    ["between fragments", frame({ opcode: OPCODE.TEXT, payload: "xxx", fin: false })],
    [
      "between fragments, after a ping",
      Buffer.concat([frame({ opcode: OPCODE.TEXT, fin: false }), pingFrame("p")]),
    ],
  ])("is suspended while a message is incomplete: %s", async (name, start) => {
    await using server = await startRawServer();
    const client = await connect(server.url, { readTimeout: PERIOD_MS });
    const peer = await server.connection();
    peer.write(start);
    await sleep((PERIOD_MS / ms(1)) * 3);
    expect(client.state).toBe("open");
    const rest = name.startsWith("between")
      ? frame({ opcode: OPCODE.CONTINUATION, payload: "end" })
      : frame({ opcode: OPCODE.TEXT, payload: "x".repeat(300) }).subarray(start.length);
    peer.write(rest);
    expect(await client.receive()).toMatchObject({ ok: true });
    const time = await timeOf(client.closed);
    expect(time).toBeGreaterThan(PERIOD_MS * 0.8);
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  });

  test("is off by default", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    await sleep(400);
    expect(client.state).toBe("open");
    client.terminate();
  });
});

describe("writeTimeout", () => {
  test("ends a connection whose peer has stopped reading", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { writeTimeout: PERIOD_MS });
    const peer = await server.connection();
    // An idle connection outlives the period, because the deadline runs only while bytes wait.
    await sleep((PERIOD_MS / ms(1)) * 2);
    expect(client.state).toBe("open");
    peer.socket.pause();
    // The deadline starts within `send`, which takes a while because it masks 32 MiB.
    const beforeSend = performance.now();
    const sent = client.send(new Uint8Array(33_554_432));
    const flushed = client.flush();
    const afterSend = performance.now();
    const info = await client.closed;
    const end = performance.now();
    expect(end - beforeSend).toBeGreaterThan(PERIOD_MS * 0.9);
    expect(end - afterSend).toBeLessThan(PERIOD_MS * 3);
    expect(info).toMatchObject({ code: 1006, clean: false, by: "local" });
    expect(info.error).toMatchObject({ code: "WRITE_TIMEOUT", kind: "TIMEOUT", retryable: true });
    for (const wait of [sent, flushed]) {
      expect(await failure(wait)).toMatchObject({
        code: "CLOSED",
        retryable: true,
        cause: info.error,
      });
    }
    peer.socket.resume();
    await server.idle();
  });

  test.each([
    ["ws", undefined],
    ["wss", createCertificate()],
  ])("does not end a connection whose peer reads slowly but steadily, over %s:", async (_, tls) => {
    await using server = await startRawServer(tls ? { tls } : {});
    const client = await connect(server.url, {
      writeTimeout: ms(400),
      ...(tls && { node: { tls: { ca: tls.cert } } }),
    });
    const peer = await server.connection();
    readSlowly(peer);
    const start = performance.now();
    await client.send(new Uint8Array(25_165_824));
    await client.flush();
    expect(performance.now() - start).toBeGreaterThan(ms(500));
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("does not end a connection whose peer waits until the client reads its echo", async () => {
    const size = 50_000;
    const count = 800;
    await using server = await startEchoServer({
      echo: false,
      onConnection: ({ ws }) => {
        const stream = createWebSocketStream(ws);
        // The end of the test destroys the stream.
        stream.on("error", () => {});
        stream.pipe(stream);
      },
    });
    const client = await connect(server.url, { writeTimeout: PERIOD_MS });
    for (let i = 0; i < count; i++) void client.send(new Uint8Array(size));
    await expect.poll(() => client.stats.timesPaused).toBeGreaterThan(0);
    // Wait until no bytes move, and then for longer than the period.
    for (let last = -1; last !== client.bufferedAmount;) {
      last = client.bufferedAmount;
      await sleep((PERIOD_MS / ms(1)) * 2);
    }
    expect(client.state).toBe("open");
    expect(client.bufferedAmount).toBeGreaterThan(0);
    const flushed = client.flush();
    let received = 0;
    while (received < size * count) {
      const { value } = await client.receive({ timeout: ms(2_000) });
      received += value?.data.length ?? 0;
    }
    expect(received).toBe(size * count);
    await flushed;
    expect(await client.close()).toMatchObject({ clean: true });
  });
});

describe("a deadline for writing", () => {
  test.each(["writeTimeout", "closeTimeout"] as const)(
    "does not count the time that compression takes: %s",
    { timeout: ms(30_000) },
    async (option) => {
      const data = noise(50_331_648);
      const start = performance.now();
      deflateRawSync(data);
      const period = (performance.now() - start) / 3;
      await using server = await startRawServer({
        onRequest: (peer) => peer.accept({ "Sec-WebSocket-Extensions": "permessage-deflate" }),
      });
      const client = await connect(server.url, { compression: 1, [option]: period });
      const peer = await server.connection();
      const chunks: Buffer[] = [];
      peer.onData = (chunk) => {
        chunks.push(chunk);
        // The client sends a frame header of 14 bytes and its payload, then a close frame of 8 bytes.
        const [head = chunk] = chunks;
        if (head.length < 10 || peer.bytesReceived < 14 + Number(head.readBigUInt64BE(2)) + 8)
          return;
        peer.write(closeFrame(1000));
        peer.socket.end();
      };
      const sentAt = performance.now();
      void client.send(data);
      if (option === "writeTimeout") await client.flush();
      const info = await client.close();
      expect(info).toEqual({ code: 1000, reason: "", clean: true, by: "local", sentCode: 1000 });
      expect(performance.now() - sentAt).toBeGreaterThan(period * 1.5);
      const [message, close] = new FrameParser().push(Buffer.concat(chunks));
      expect(message).toMatchObject({ opcode: OPCODE.BINARY, rsv1: true, fin: true });
      expect(Buffer.compare(inflate(message?.payload as Buffer), data)).toBe(0);
      expect(close?.opcode).toBe(OPCODE.CLOSE);
    },
  );
});

describe("ping", () => {
  test("measures the round trip from the flush of the ping", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.onFrame = ({ opcode, payload }) => {
      if (opcode === OPCODE.PING) setTimeout(() => peer.write(pongFrame(payload)), ms(100));
    };
    const roundTrip = await client.ping();
    expect(roundTrip).toBeGreaterThan(ms(95));
    expect(roundTrip).toBeLessThan(ms(200));
    const ping = peer.frames[0];
    expect(ping).toMatchObject({ fin: true, masked: true, opcode: OPCODE.PING });
    expect(ping?.payload.length).toBeLessThanOrEqual(125);
    client.terminate();
  });

  test("does not count the time that the ping waited for other bytes to be written", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.onFrame = ({ opcode, payload }) => {
      if (opcode === OPCODE.PING) peer.write(pongFrame(payload));
    };
    peer.socket.pause();
    void client.send(new Uint8Array(16_777_216));
    const start = performance.now();
    setTimeout(() => peer.socket.resume(), ms(400));
    const roundTrip = await client.ping();
    const all = performance.now() - start;
    expect(all).toBeGreaterThan(ms(400));
    expect(roundTrip).toBeLessThan(all - ms(350));
    client.terminate();
  });

  test("settles while the channel is full", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, { channelCapacity: 1 });
    const { ws } = await server.connection();
    for (let i = 0; i < 200; i++) ws.send(new Uint8Array(50_000));
    await expect.poll(() => client.stats.timesPaused).toBeGreaterThan(0);
    await sleep(20);
    expect(await client.ping({ timeout: ms(2_000) })).toBeLessThan(ms(2_000));
    // The socket pauses again afterwards, and no message is lost.
    let received = 0;
    const total = 200;
    while (received < total) {
      expect((await client.receive({ timeout: ms(2_000) })).ok).toBe(true);
      received++;
    }
    await client.close();
  });

  test("settles although the socket is paused again and again", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, { channelCapacity: 1, bufferLimit: 1_073_741_824 });
    const { ws } = await server.connection();
    for (let i = 0; i < 50; i++) ws.send(new Uint8Array(50_000));
    for (let i = 0; i < 5; i++) {
      await client.ping({ timeout: ms(2_000) });
      await sleep(5);
    }
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("without a pong in time rejects with PING_TIMEOUT and leaves the connection open", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    const time = performance.now();
    const error = await failure(client.ping({ timeout: ms(100) }));
    expect(error).toMatchObject({ code: "PING_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(performance.now() - time).toBeLessThan(ms(200));
    expect(client.state).toBe("open");
    // The late pong must have no effect.
    peer.write(pongFrame((await peer.frame(OPCODE.PING)).payload), textFrame("alive"));
    expect(await client.receive()).toMatchObject({ value: { data: "alive" } });
    client.terminate();
  });

  test("can be aborted, and refuses an invalid timeout", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const controller = new AbortController();
    const pinged = client.ping({ signal: controller.signal });
    controller.abort(new Error("enough"));
    expect(await failure(pinged)).toMatchObject({
      code: "ABORTED",
      cause: { message: "enough" },
    });
    expect(await failureCode(client.ping({ signal: controller.signal }))).toBe("ABORTED");
    expect(await failureCode(client.ping({ timeout: -1 }))).toBe("INVALID_DURATION");
    expect(await failureCode(client.ping({ timeout: 0 }))).toBe("PING_TIMEOUT");
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("is settled by the pong of a later one, and by no other pong", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    const pings = [client.ping(), client.ping(), client.ping()];
    const settled: number[] = [];
    pings.forEach((ping, i) => void ping.then(() => settled.push(i)));
    const second = await peer.frame(OPCODE.PING, 1);
    await peer.frame(OPCODE.PING, 2);
    peer.write(pongFrame(""), pongFrame("what"), pongFrame("x".repeat(125)), textFrame("mark"));
    await client.receive();
    await turns(1);
    expect(settled).toEqual([]);
    peer.write(pongFrame(second.payload));
    await Promise.all(pings.slice(0, 2));
    expect(settled).toEqual([0, 1]);
    expect(await isPending(pings[2] as Promise<number>)).toBe(true);
    peer.write(pongFrame((await peer.frame(OPCODE.PING, 2)).payload));
    await pings[2];
    client.terminate();
  });

  test("frames of the peer are answered", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(pingFrame("one"), pingFrame(""), pingFrame("x".repeat(125)));
    for (const [n, payload] of ["one", "", "x".repeat(125)].entries()) {
      const pong = await peer.frame(OPCODE.PONG, n);
      expect(pong).toMatchObject({ masked: true, fin: true });
      expect(pong.payload.toString()).toBe(payload);
    }
    client.terminate();
  });
});

describe("a turn of the event loop", () => {
  test.each([
    ["without await", false],
    ["with await", true],
  ])(
    "writes the first of many small messages at once and the others in one write, %s",
    async (_, awaited) => {
      await using server = await startRawServer();
      const client = await connect(server.url);
      const peer = await server.connection();
      await turns(1);
      for (let i = 0; i < 100; i++) {
        const sent = client.send(`message ${i}`);
        if (awaited) await sent;
      }
      await peer.frame(OPCODE.TEXT, 99);
      expect(peer.reads).toBeLessThanOrEqual(2);
      expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(
        Array.from({ length: 100 }, (_, i) => `message ${i}`),
      );
      client.terminate();
    },
  );

  test.each([
    ["small", "x", 0],
    ["empty", "", 0],
    ["large", "x".repeat(100_000), 0],
    ["compressed", "x".repeat(10_000), 1],
  ] as const)(
    "is not starved by a loop that awaits sends: %s messages",
    async (_, data, compression) => {
      await using server = await startEchoServer({ echo: false, compression: true });
      const client = await connect(server.url, { compression });
      // CPU time is measured, because other processes may delay the timers of this one.
      const delays: number[] = [];
      const start = cpuTimeMs();
      let last = start;
      const timer = setInterval(() => {
        const now = cpuTimeMs();
        delays.push(now - last);
        last = now;
      }, 10);
      let sent = 0;
      while (cpuTimeMs() < start + ms(300)) {
        await client.send(data);
        sent++;
      }
      clearInterval(timer);
      expect(sent).toBeGreaterThan(20);
      expect(delays.length).toBeGreaterThan(8);
      expect(Math.max(...delays)).toBeLessThan(ms(80));
      client.terminate();
    },
  );
});

describe("a process that was stopped", () => {
  const startChild = async (module: string, args: string[] = []): Promise<ChildProcess> => {
    const child = fork(join(ROOT, "test/transport/fixtures", module), args, {
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    return child;
  };
  const killChild = async (child: ChildProcess): Promise<void> => {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  const nextMessage = async (child: ChildProcess): Promise<Record<string, unknown>> => {
    const [message] = (await once(child, "message")) as [Record<string, unknown>];
    return message;
  };
  const block = (time: number): void => {
    const end = performance.now() + time;
    while (performance.now() < end);
  };

  test("by a blocking loop of 2 s ends no live connection by deadlines of 1 s", async () => {
    const server = await startChild("stream-server.mjs");
    try {
      const { port } = await nextMessage(server);
      const url = `ws://127.0.0.1:${String(port)}/`;
      // While the loop is blocked, a ping of this connection and the dial of a second one are outstanding.
      const client = await connect(url, {
        readTimeout: "1s",
        writeTimeout: "1s",
        closeTimeout: "1s",
      });
      await client.receive();
      const pinged = client.ping({ timeout: "1s" });
      const received = client.receive({ timeout: "1s" });
      const dialled = connect(url, { dialTimeout: "1s" });
      await turns(1);
      block(2_200);
      expect(await pinged).toBeGreaterThan(0);
      expect((await received).ok).toBe(true);
      const second = await dialled;
      await sleep(300);
      expect(client.state).toBe("open");
      // The close handshakes must survive a blocked loop as well.
      const closed = client.close(1000);
      const other = second.close(1000);
      block(2_200);
      expect((await closed).clean).toBe(true);
      expect((await other).clean).toBe(true);
      // The close frame has been written, and its answer arrives while the loop is blocked.
      const third = await connect(url, { closeTimeout: "1s" });
      await third.receive();
      const last = third.close(1000);
      await turns(1);
      await turns(1);
      block(3_500);
      expect(await last).toMatchObject({ clean: true, by: "local", sentCode: 1000 });
    } finally {
      await killChild(server);
    }
  }, 15_000);

  test.each([
    {
      code: "READ_TIMEOUT",
      options: { readTimeout: "1s", writeTimeout: "1s", closeTimeout: "1s" },
      period: "50",
    },
    // The server sends no messages, so only the pongs show that it is alive.
    {
      code: "KEEPALIVE_TIMEOUT",
      options: { keepAlive: { interval: "50ms", timeout: "1s" } },
      period: "1000000",
    },
  ])(
    "by a signal ends only a dead connection: $code",
    async ({ code, options, period }) => {
      const dir = await mkdtemp(join(tmpdir(), "wschan-"));
      const server = await startChild("stream-server.mjs", [period]);
      let client: ChildProcess | undefined;
      try {
        const outfile = join(dir, "wschan.cjs");
        await build({
          entryPoints: [join(ROOT, "src/node.ts")],
          outfile,
          bundle: true,
          platform: "node",
          format: "cjs",
          external: ["bufferutil", "utf-8-validate"],
          logLevel: "error",
        });
        const { port } = await nextMessage(server);
        const url = `ws://127.0.0.1:${String(port)}/`;
        const args = [pathToFileURL(outfile).href, url, JSON.stringify(options)];
        client = await startChild("stream-client.mjs", args);
        expect(await nextMessage(client)).toEqual({ open: true });
        await sleep(300);
        for (const time of [2_200, 1_100]) {
          client.kill("SIGSTOP");
          await sleep(time / ms(1));
          client.kill("SIGCONT");
          await sleep(400);
        }
        client.send("state");
        const { state, messagesReceived, roundTrip } = await nextMessage(client);
        expect(state).toBe("open");
        if (code === "READ_TIMEOUT") expect(messagesReceived).toBeGreaterThan(60);
        else expect(roundTrip).toBeGreaterThan(0);
        // The same deadline must end the connection when the server does go silent.
        server.kill("SIGSTOP");
        expect(await nextMessage(client)).toMatchObject({ code });
        server.kill("SIGCONT");
      } finally {
        if (client) await killChild(client);
        await killChild(server);
        await rm(dir, { recursive: true });
      }
    },
    20_000,
  );
});
