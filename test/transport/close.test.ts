import { describe, expect, test } from "vitest";
import { CLOSE_CODES, connect } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failureCode } from "../helpers/failure.js";
import { closeFrame, closeOf, OPCODE, pingFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { keepHalfOpen, startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import {
  isPending,
  LARGE_MESSAGE_BYTES,
  noise,
  readAll,
  sleep,
  STALLING_BYTES,
  timeOf,
} from "./support.js";

checkLeaks();

describe("a close by the client", () => {
  test(
    "sends 90 MiB that were queued just before, then the close frame",
    { timeout: ms(20_000) },
    async () => {
      await using server = await startRawServer();
      const client = await connect(server.url);
      const peer = await server.connection();
      // Only the last 8 bytes are kept, because they are the close frame.
      let tail = Buffer.alloc(0);
      peer.onData = (chunk) => {
        tail = Buffer.concat([tail, chunk]).subarray(-8);
        if (peer.bytesReceived === LARGE_MESSAGE_BYTES + 14 + 8) {
          peer.write(closeFrame(1000));
          peer.socket.end();
        }
      };
      void client.send(new Uint8Array(LARGE_MESSAGE_BYTES));
      const info = await client.close();
      expect(info).toEqual({ code: 1000, reason: "", clean: true, by: "local", sentCode: 1000 });
      expect(peer.bytesReceived).toBe(LARGE_MESSAGE_BYTES + 14 + 8);
      expect(tail.readUInt16BE() & 0xff7f).toBe(0x8802);
    },
  );

  test("sends compressed messages that were queued just before", async () => {
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

  test("on a paused socket ends before closeTimeout", async () => {
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

  test("keeps messages that had arrived readable, and discards later ones", async () => {
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
    expect((await readAll(client)).texts).toEqual(["a", "b"]);
  });

  test("ends within closeTimeout and is not clean if the peer never answers", async () => {
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

  test("ends within closeTimeout if the peer answers and leaves the connection open", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(200) });
    const peer = await server.connection();
    keepHalfOpen(peer);
    const closed = client.close();
    await peer.closeFrame();
    peer.write(closeFrame(1000));
    expect(await timeOf(closed)).toBeLessThan(ms(600));
    // The end is clean, because both close frames were exchanged and no data was lost.
    expect(await closed).toMatchObject({ code: 1000, clean: true, by: "local" });
  });

  test("takes longer than closeTimeout while a slow peer reads", async () => {
    await using server = await startRawServer();
    // The peer reads the contents of the kernel buffers in less time, and the whole message in more.
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

  test("discards bytes that a stalled peer does not read, and reports WRITE_TIMEOUT", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(300) });
    const peer = await server.connection();
    peer.socket.pause();
    const sent = client.send(new Uint8Array(STALLING_BYTES));
    const flushed = client.flush();
    const time = timeOf(client.close());
    expect(await time).toBeLessThan(ms(1_500));
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect(info.error?.code).toBe("WRITE_TIMEOUT");
    expect(await failureCode(flushed)).toBe("CLOSED");
    expect(await failureCode(sent)).toBe("CLOSED");
  });

  test("reports no sentCode if the close frame could not be written", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(200) });
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STALLING_BYTES));
    const info = await client.close(3001);
    expect(info).toMatchObject({ code: 3001, clean: false, by: "local" });
    expect(info.sentCode).toBeUndefined();
  });

  test("reports WRITE_TIMEOUT if the peer resets while bytes are unsent", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STALLING_BYTES));
    const closed = client.close();
    await sleep(50);
    peer.reset();
    const info = await closed;
    expect(info).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect(info.error?.code).toBe("WRITE_TIMEOUT");
  });

  test("is clean if the peer resets after the close handshake", async () => {
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

  test("that crosses the close frame of the peer is clean and by the client", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(closeFrame(1001, "peer"));
    const closed = client.close(3000, "mine");
    const answer = await peer.closeFrame();
    peer.socket.end();
    expect(await closed).toEqual({
      code: 3000,
      reason: "mine",
      clean: true,
      by: "local",
      sentCode: 3000,
    });
    expect(closeOf(answer)).toEqual({ code: 3000, reason: "mine" });
  });

  test("reports the code on the wire as sentCode if the close frame of the peer arrives before ours is written", async () => {
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
    const onWire = closeOf(await peer.closeFrame());
    peer.socket.end();
    const info = await closed;
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
    // The server leaves TCP open, so the client ends it a second later.
    await first;
    expect(client.close()).toBe(first);
    expect(peer.frames.filter((one) => one.opcode === OPCODE.CLOSE)).toHaveLength(1);
  });

  test("with an invalid code or reason leaves the connection open", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url);
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, NaN]) {
      expect(await failureCode(client.close(code)), String(code)).toBe("INVALID_CLOSE");
    }
    for (const reason of ["x".repeat(124), "ä".repeat(62), "€".repeat(42)]) {
      expect(await failureCode(client.close(1000, reason)), reason).toBe("INVALID_CLOSE");
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

test("only the latest ping is answered while bytes wait to be written", async () => {
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

test("CLOSE_CODES holds the codes that are sent", async () => {
  await using server = await startRawServer();
  const client = await connect(server.url);
  const peer = await server.connection();
  const closed = client.close(CLOSE_CODES.POLICY_VIOLATION);
  expect([...(await peer.closeFrame()).payload]).toEqual([0x03, 0xf0]);
  peer.write(closeFrame(1008));
  peer.socket.end();
  await closed;
});
