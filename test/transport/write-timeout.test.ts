import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createWebSocketStream } from "ws";
import { connect } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { closeFrame, FrameParser, inflate, OPCODE } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { noise, sleep } from "./support.js";

checkLeaks();

const PERIOD_MS = ms(150);

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
