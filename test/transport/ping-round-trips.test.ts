import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure, failureCode } from "../helpers/failure.js";
import { OPCODE, pingFrame, pongFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { isPending, sleep } from "./support.js";

checkLeaks();

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

  test("settles even if the socket is paused repeatedly", async () => {
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

  test("can be aborted, and rejects an invalid timeout", async () => {
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

  test("is settled by the pong of a later ping, and by no other pong", async () => {
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
