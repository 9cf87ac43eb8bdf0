import { constants } from "node:buffer";
import { describe, expect, test } from "vitest";
import { BINARY, COMPRESSION, connect } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import {
  binaryFrame,
  closeFrame,
  closeOf,
  deflate,
  fragments,
  frame,
  inflate,
  OPCODE,
  pingFrame,
  textFrame,
} from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { noise, sleep } from "./support.js";

checkLeaks();

const DEFLATED: ConnectOptions = { compression: 1 };

async function open(
  server: RawServer,
  options?: ConnectOptions,
): Promise<{ client: Client; peer: RawConnection }> {
  const client = await connect(server.url, options);
  return { client, peer: await server.connection(server.connections.length - 1) };
}

/** Starts a server that accepts permessage-deflate. */
function startDeflating(parameters = ""): Promise<RawServer> {
  return startRawServer({
    onRequest: (peer) =>
      peer.accept({ "Sec-WebSocket-Extensions": `permessage-deflate${parameters}` }),
  });
}

describe("readLimit", () => {
  const LIMIT_BYTES = 100_000;
  const ways: [string, (payload: Uint8Array) => Buffer[]][] = [
    ["in a frame", (payload) => [binaryFrame(payload)]],
    ["in fragments", (payload) => fragments(OPCODE.BINARY, payload, 999)],
    [
      "compressed, in a frame",
      (payload) => [frame({ opcode: OPCODE.BINARY, rsv1: true, payload: deflate(payload) })],
    ],
    [
      "compressed, in fragments",
      (payload) => fragments(OPCODE.BINARY, deflate(payload), 99, { compressed: true }),
    ],
  ];

  test.each(ways)("accepts a message of the limit and one byte less: %s", async (_, build) => {
    await using server = await startDeflating();
    const { client, peer } = await open(server, { readLimit: LIMIT_BYTES, compression: 1 });
    for (const size of [LIMIT_BYTES - 1, LIMIT_BYTES]) {
      // Noise does not compress, so the compressed frame is longer than the limit.
      const payload = noise(size);
      peer.write(...build(payload));
      const { value } = await client.receive();
      expect(Buffer.compare(value?.data as Uint8Array, payload)).toBe(0);
    }
    client.terminate();
  });

  test.each(ways)("ends the connection at one byte over the limit: %s", async (_, build) => {
    await using server = await startDeflating();
    const { client, peer } = await open(server, { readLimit: LIMIT_BYTES, compression: 1 });
    peer.write(textFrame("before"), ...build(new Uint8Array(LIMIT_BYTES + 1)), textFrame("after"));
    expect(await client.receive()).toMatchObject({ value: { data: "before" } });
    expect(closeOf(await peer.closeFrame()).code).toBe(1009);
    const next = client[Symbol.asyncIterator]().next();
    await expect(next).rejects.toMatchObject({ code: "MESSAGE_TOO_BIG" });
    peer.write(closeFrame(1009));
    peer.socket.end();
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1009, sentCode: 1009, by: "local", clean: false });
    expect(info.error).toMatchObject({
      code: "MESSAGE_TOO_BIG",
      kind: "INVALID",
      retryable: false,
      details: { limit: LIMIT_BYTES },
    });
    expect(await client.receive()).toEqual({ ok: false });
    expect(await failure(client.send("late"))).toMatchObject({
      code: "CLOSED",
      cause: info.error,
    });
    await server.idle();
  });

  test("reports a sentCode only if the close frame was sent before the peer ended the connection", async () => {
    await using server = await startDeflating();
    const { client, peer } = await open(server, { compression: 1 });
    // Inflating the message takes longer than noticing the end of the connection.
    const payload = deflate(new Uint8Array(16_777_217));
    peer.write(frame({ opcode: OPCODE.BINARY, rsv1: true, payload }));
    peer.socket.end();
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1009, by: "local", error: { code: "MESSAGE_TOO_BIG" } });
    await peer.closed;
    expect(peer.frames.map(closeOf).map(({ code }) => code)).toEqual(
      info.sentCode === undefined ? [] : [info.sentCode],
    );
  });

  test("counts a text's bytes, not its characters", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server, { readLimit: 9 });
    peer.write(textFrame("€€€"), textFrame("€€€!"));
    expect(await client.receive()).toMatchObject({ value: { data: "€€€" } });
    expect(closeOf(await peer.closeFrame()).code).toBe(1009);
    client.terminate();
  });

  test("refuses a claimed length at once, without waiting for its bytes", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server, { closeTimeout: ms(200) });
    peer.write(frame({ opcode: OPCODE.BINARY, payload: "x", length: 16_777_217 }));
    expect(closeOf(await peer.closeFrame()).code).toBe(1009);
    expect((await client.closed).error?.code).toBe("MESSAGE_TOO_BIG");
  });

  test("refuses a text longer than a string can be, by its header", async () => {
    await using server = await startDeflating();
    const max = constants.MAX_STRING_LENGTH;
    const options = { readLimit: 1_073_741_824, closeTimeout: ms(200), compression: 1 } as const;
    const whole = frame({ opcode: OPCODE.TEXT, length: max + 1 });
    const { client, peer } = await open(server, options);
    peer.write(whole);
    expect(closeOf(await peer.closeFrame()).code).toBe(1009);
    const { error } = await client.closed;
    expect(error).toMatchObject({
      code: "MESSAGE_TOO_BIG",
      details: { limit: max, size: max + 1 },
    });
    expect(error?.message).toContain(
      `exceeds the longest string (${max}); ask the server to split it`,
    );
  });

  test("refuses a length beyond 2^53", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server, { closeTimeout: ms(200) });
    peer.write(frame({ opcode: OPCODE.BINARY, length: 2n ** 60n }));
    expect(closeOf(await peer.closeFrame()).code).toBe(1009);
    expect((await client.closed).error?.code).toBe("MESSAGE_TOO_BIG");
  });

  test("ends within closeTimeout though the peer goes on sending", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server, { readLimit: 10, closeTimeout: ms(200) });
    const timer = setInterval(() => peer.write(binaryFrame(new Uint8Array(100_000))), 1);
    const start = performance.now();
    expect((await client.closed).error?.code).toBe("MESSAGE_TOO_BIG");
    clearInterval(timer);
    expect(performance.now() - start).toBeLessThan(ms(600));
    await server.idle();
  });
});

describe("fragments", () => {
  test("may have control frames between them and characters split across them", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    const text = Buffer.from("aä€😀\0");
    const pieces = fragments(OPCODE.TEXT, text, 1).flatMap((one) => [one, pingFrame("p")]);
    peer.write(...pieces.slice(0, -1));
    expect(await client.receive()).toMatchObject({ value: { type: "text", data: "aä€😀\0" } });
    expect((await peer.frame(OPCODE.PONG, text.length - 2)).payload.toString()).toBe("p");
    client.terminate();
  });

  test("may arrive in TCP segments of any size", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    peer.socket.setNoDelay();
    const bytes = Buffer.concat([
      ...fragments(OPCODE.TEXT, Buffer.from("hello, world"), 5),
      binaryFrame(noise(300)),
    ]);
    for (const byte of bytes.subarray(0, 40)) {
      peer.write(Buffer.from([byte]));
      await sleep(1);
    }
    peer.write(bytes.subarray(40));
    expect(await client.receive()).toMatchObject({ value: { data: "hello, world" } });
    expect((await client.receive()).value?.data).toHaveLength(300);
    client.terminate();
  });
});

describe("an empty binary message", () => {
  test.each([
    ["in a frame", binaryFrame(new Uint8Array())],
    ["in fragments", Buffer.concat(fragments(OPCODE.BINARY, new Uint8Array(), 1))],
    ["compressed", frame({ opcode: OPCODE.BINARY, rsv1: true, payload: Buffer.from([0]) })],
  ])("has its own buffer, which may be transferred: %s", async (_, bytes) => {
    await using server = await startDeflating();
    const one = await open(server, DEFLATED);
    const other = await open(server, DEFLATED);
    for (const { client, peer } of [one, one, other, one]) {
      peer.write(bytes);
      const { value } = await client.receive({ timeout: ms(1_000) });
      expect(value).toEqual({ type: "binary", data: new Uint8Array() });
      const { buffer } = value?.data as Uint8Array<ArrayBuffer>;
      expect(structuredClone(buffer, { transfer: [buffer] }).byteLength).toBe(0);
    }
    for (const { client, peer } of [one, other]) {
      peer.write(textFrame(""), pingFrame(""));
      expect(await client.receive({ timeout: ms(1_000) })).toMatchObject({ value: { data: "" } });
      expect((await peer.frame(OPCODE.PONG)).payload).toHaveLength(0);
      await client.send("");
      expect((await peer.frame(OPCODE.TEXT)).payload).toHaveLength(0);
      client.terminate();
    }
  });
});

describe("compression on the wire", () => {
  test("is neither offered nor used by default", async () => {
    await using server = await startRawServer();
    const { client, peer } = await open(server);
    expect(peer.request?.headers).not.toHaveProperty("sec-websocket-extensions");
    await client.send("x".repeat(10_000));
    expect(await peer.frame(OPCODE.TEXT)).toMatchObject({ rsv1: false, masked: true });
    expect(client.compression).toBe(COMPRESSION.DISABLED);
    expect(client.extensions).toBe("");
    client.terminate();
  });

  test.each([
    ["CONTEXT_TAKEOVER", 1, "", ""],
    [
      "NO_CONTEXT",
      2,
      "; server_no_context_takeover; client_no_context_takeover",
      "; server_no_context_takeover; client_no_context_takeover",
    ],
  ] as const)("is offered in the requested mode: %s", async (_, mode, wanted, answer) => {
    await using server = await startDeflating(answer);
    const { client, peer } = await open(server, { compression: mode });
    const offer = peer.request?.headers["sec-websocket-extensions"] ?? "";
    expect(offer).toMatch(/^permessage-deflate(;|$)/);
    for (const parameter of ["server_no_context_takeover", "client_no_context_takeover"]) {
      expect(offer.includes(parameter), parameter).toBe(wanted.includes(parameter));
    }
    expect(client.compression).toBe(mode);
    expect(client.extensions).toBe(`permessage-deflate${answer}`);
    client.terminate();
  });

  test("follows the response of the server, not the request", async () => {
    await using none = await startRawServer();
    const plain = await open(none, { compression: 1 });
    expect(plain.client.compression).toBe(COMPRESSION.DISABLED);
    await plain.client.send("x".repeat(10_000));
    expect((await plain.peer.frame(OPCODE.TEXT)).rsv1).toBe(false);
    plain.client.terminate();

    await using keeps = await startDeflating();
    const keeping = await open(keeps, { compression: 2 });
    expect(keeping.client.compression).toBe(COMPRESSION.CONTEXT_TAKEOVER);
    keeping.client.terminate();

    await using drops = await startDeflating(
      "; server_no_context_takeover; client_no_context_takeover",
    );
    const dropping = await open(drops, { compression: 1 });
    expect(dropping.client.compression).toBe(COMPRESSION.NO_CONTEXT);
    dropping.client.terminate();
  });

  test.each([
    ["context_takeover", ""],
    ["no_context_takeover", "; server_no_context_takeover; client_no_context_takeover"],
  ] as const)("applies the threshold in mode %s", async (compression, answer) => {
    await using server = await startDeflating(answer);
    const { client, peer } = await open(server, { compression, compressionThreshold: 100 });
    const sent: (string | Uint8Array)[] = [
      "x".repeat(99),
      "x".repeat(100),
      "€".repeat(33),
      "€".repeat(34),
      new Uint8Array(99),
      new Uint8Array(100),
      "",
      "x".repeat(101),
    ];
    for (const data of sent) void client.send(data);
    await client.flush();
    await peer.until(() => peer.frames.length === sent.length);
    expect(peer.frames.map(({ rsv1 }) => rsv1)).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(peer.frames[0]?.payload.toString()).toBe("x".repeat(99));
    expect(inflate(peer.frames[1]?.payload as Buffer).toString()).toBe("x".repeat(100));
    client.terminate();
  });

  test("has a default threshold of 512 bytes, and a threshold of 0 compresses every message", async () => {
    await using server = await startDeflating();
    const usual = await open(server, { compression: 1 });
    await usual.client.send("x".repeat(511));
    await usual.client.send("x".repeat(512));
    expect((await usual.peer.frame(OPCODE.TEXT, 0)).rsv1).toBe(false);
    expect((await usual.peer.frame(OPCODE.TEXT, 1)).rsv1).toBe(true);
    usual.client.terminate();
    const all = await open(server, { compression: 1, compressionThreshold: 0 });
    await all.client.send("x");
    await all.client.send("");
    expect((await all.peer.frame(OPCODE.TEXT, 0)).rsv1).toBe(true);
    all.client.terminate();
  });

  test("takes over the context if that was negotiated, and resets it otherwise", async () => {
    const sizes = async (mode: 1 | 2, answer: string): Promise<number[]> => {
      await using server = await startDeflating(answer);
      const { client, peer } = await open(server, { compression: mode });
      const message = Buffer.from(noise(1_000)).toString("hex");
      for (let i = 0; i < 3; i++) await client.send(message);
      await peer.frame(OPCODE.TEXT, 2);
      client.terminate();
      return peer.frames.map(({ payload }) => payload.length);
    };
    const [first = 0, second = 0, third = 0] = await sizes(1, "");
    expect(second).toBeLessThan(first / 5);
    expect(third).toBeLessThan(first / 5);
    const fresh = await sizes(2, "; server_no_context_takeover; client_no_context_takeover");
    expect(new Set(fresh).size).toBe(1);
  });

  test("keeps the order of large and small, compressed and plain messages", async () => {
    await using server = await startEchoServer({ compression: true });
    const client = await connect(server.url, { compression: 1, channelCapacity: 1_000 });
    const sent = Array.from({ length: 200 }, (_, i) => `${i}:${"x".repeat((i * 7_919) % 5_000)}`);
    for (const text of sent) void client.send(text);
    const received: unknown[] = [];
    while (received.length < sent.length) received.push((await client.receive()).value?.data);
    expect(received).toEqual(sent);
    await client.close();
  });

  test.each([
    ["uncompressed", 0],
    ["compressed", 1],
    ["compressed without context", 2],
  ] as const)(
    "sends five different messages from one array that is reused: %s",
    async (_, compression) => {
      await using server = await startEchoServer({ compression: true });
      const client = await connect(server.url, { compression });
      const array = new Uint8Array(100_000);
      for (let i = 1; i <= 5; i++) {
        array.fill(i);
        void client.send(array, BINARY);
      }
      array.fill(99);
      for (let i = 1; i <= 5; i++) {
        const data = (await client.receive()).value?.data as Uint8Array;
        expect(data).toHaveLength(100_000);
        expect(data.every((byte) => byte === i)).toBe(true);
      }
      await client.close();
    },
  );
});
