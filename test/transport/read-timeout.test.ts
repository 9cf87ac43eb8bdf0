import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import { closeOf, frame, OPCODE, pingFrame, pongFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { noise, sleep, timeOf } from "./support.js";

checkLeaks();

const PERIOD_MS = ms(150);

// The tests mostly wait.
describe.concurrent("readTimeout", () => {
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

  test("is restarted by bytes of an incomplete TLS record", async () => {
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
