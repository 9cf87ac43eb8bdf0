import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import { closeOf, frame, OPCODE, pongFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { sleep, timeOf } from "./support.js";

checkLeaks();

const PERIOD_MS = ms(150);
const keepAlive = { interval: PERIOD_MS, timeout: PERIOD_MS };

const pingsOf = ({ frames }: RawConnection): number =>
  frames.filter(({ opcode }) => opcode === OPCODE.PING).length;

describe("keepAlive in Node", () => {
  test("ends a connection whose peer never answers its ping, with 3008", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { keepAlive });
    const time = await timeOf(client.closed);
    expect(time).toBeGreaterThan(PERIOD_MS * 1.9);
    expect(time).toBeLessThan(PERIOD_MS * 4);
    expect(await client.closed).toMatchObject({
      code: 3008,
      sentCode: 3008,
      clean: false,
      by: "local",
      error: { code: "KEEPALIVE_TIMEOUT" },
    });
    const peer = await server.connection();
    expect(pingsOf(peer)).toBe(1);
    expect(closeOf(await peer.closeFrame()).code).toBe(3008);
    peer.socket.end();
    await server.idle();
  });

  test("pings a peer that sends all the time, if the client sends nothing", async () => {
    let resolveThird = (): void => {};
    const third = new Promise<void>((resolve) => (resolveThird = resolve));
    await using server = await startRawServer({
      onConnection(peer) {
        peer.onFrame = ({ opcode, payload }) => {
          if (opcode === OPCODE.PING) peer.write(pongFrame(payload));
          if (pingsOf(peer) === 3) resolveThird();
        };
      },
    });
    const client = await connect(server.url, { keepAlive });
    const peer = await server.connection();
    const feed = setInterval(() => peer.write(textFrame("x")), PERIOD_MS / 10);
    const reading = (async () => {
      for await (const { data } of client) expect(data).toBe("x");
    })();
    await third;
    clearInterval(feed);
    expect(client.state).toBe("open");
    expect(client.stats.messagesReceived).toBeGreaterThan(3);
    client.terminate();
    await reading;
  });

  test("sends another ping after each pong", async () => {
    await using server = await startRawServer({
      onConnection(peer) {
        peer.onFrame = ({ opcode, payload }) => {
          if (opcode === OPCODE.PING) peer.write(pongFrame(payload));
        };
      },
    });
    const client = await connect(server.url, { keepAlive });
    const peer = await server.connection();
    await peer.until(() => pingsOf(peer) === 4);
    expect(client.state).toBe("open");
    expect(client.stats.roundTrip).toBeLessThan(PERIOD_MS);
    client.terminate();
  });

  test("accepts any byte as an answer, even a part of a frame header", async () => {
    await using server = await startRawServer({
      onConnection(peer) {
        const bytes = [...frame({ opcode: OPCODE.BINARY, payload: new Uint8Array(40) })];
        peer.onFrame = ({ opcode }) => {
          if (opcode === OPCODE.PING) peer.write(Uint8Array.of(bytes.shift() ?? 0));
        };
      },
    });
    const client = await connect(server.url, { keepAlive });
    const peer = await server.connection();
    await peer.until(() => pingsOf(peer) === 3);
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("detects a peer that dies in the middle of a message, for which readTimeout is suspended", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { keepAlive, readTimeout: PERIOD_MS });
    const peer = await server.connection();
    peer.write(textFrame("whole"), frame({ opcode: OPCODE.TEXT, payload: "ha", length: 4 }));
    expect((await client.receive()).value?.data).toBe("whole");
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
  });

  test("does not end the connection because its own consumer is slow", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { keepAlive, channelCapacity: 1 });
    const peer = await server.connection();
    peer.write(textFrame("x"));
    // The peer is silent because the client has paused the socket.
    await sleep(800);
    expect(client.state).toBe("open");
    expect(pingsOf(peer)).toBe(0);
    await client.receive();
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("leaves a peer that has stopped reading to writeTimeout", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { keepAlive, writeTimeout: PERIOD_MS * 4 });
    (await server.connection()).socket.pause();
    // 20 MiB are more than the kernel buffers hold.
    for (let i = 0; i < 20; i++) void client.send(new Uint8Array(1_048_576));
    expect((await client.closed).error?.code).toBe("WRITE_TIMEOUT");
  });
});
