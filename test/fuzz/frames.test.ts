import assert from "node:assert/strict";
import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { COMPRESSION, connect } from "../../src/node.js";
import type { Client, CloseInfo, ConnectOptions, Message } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { closeOf, OPCODE } from "../helpers/frames.js";
import type { Frame } from "../helpers/frames.js";
import { explore, RUNS } from "../helpers/fuzz.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { inflater, readStream } from "../helpers/reference-reader.js";
import type {
  Deflation,
  Ending,
  ReaderOptions,
  Reading,
  ReadMessage,
} from "../helpers/reference-reader.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { Random } from "../helpers/unit-random.js";
import { cut, damage, damages, places, serialise, streams } from "./frame-stream.js";

checkLeaks();

/** Factor of the number of streams. With WSCHAN_LONG the two tests together run 20,000 streams. */
const RUNS_FACTOR = process.env.WSCHAN_LONG === undefined ? 1 : 10;
const timeout = ms(60_000) * RUNS * RUNS_FACTOR;
const runs = 1_000 * RUNS_FACTOR;

const certificate = createCertificate();
const servers: RawServer[] = [];
let onRequest: (connection: RawConnection) => void;

beforeAll(async () => {
  const accept = (connection: RawConnection): void => onRequest(connection);
  servers.push(await startRawServer({ onRequest: accept }));
  servers.push(await startRawServer({ onRequest: accept, tls: certificate }));
});

afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

/** Close code of the client. No stream contains it. */
const OWN_CODE = 3001;

/** Delivery of a stream's bytes to the client, and the client's actions meanwhile. */
interface Delivery {
  readonly isTls: boolean;
  readonly cuts: readonly number[];
  /** True if the first bytes arrive together with the handshake response. */
  readonly isGlued: boolean;
  readonly readLimit: number;
  readonly channelCapacity: number;
  /** Number of turns of the event loop before each receive. */
  readonly delay: number;
  /** Number of pings that the client sends. The server does not answer them. */
  readonly pings: number;
  /** Sizes of the messages that the client sends. */
  readonly sends: readonly number[];
  /** Number of messages after which the client closes the connection. */
  readonly closesAfter: number | undefined;
}

const deliveries: fc.Arbitrary<Delivery> = fc.record({
  isTls: rarely(fc.constant(true), false, 4),
  cuts: fc.array(places, { maxLength: 12, size: "max" }),
  isGlued: fc.boolean(),
  readLimit: fc.constantFrom(16_777_216, 65_535, 126),
  channelCapacity: fc.constantFrom(1, 2, 32),
  delay: rarely(fc.nat(5), 0, 2),
  pings: rarely(fc.nat(2), 0, 4),
  sends: rarely(fc.array(fc.constantFrom(0, 9, 1_000, 70_000), { maxLength: 4 }), [], 3),
  closesAfter: rarely<number | undefined>(fc.nat(3), undefined, 8),
});

/** Returns `usual`, and with a probability of 1 in `n` a value of `other`. */
function rarely<T>(other: fc.Arbitrary<T>, usual: T, n: number): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: n - 1, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: other },
  );
}

/** Observations of the client and the server on a connection. */
interface Observed {
  readonly messages: readonly Message[];
  readonly info: CloseInfo;
  readonly connection: RawConnection;
  /** The messages that the client accepted. */
  readonly sent: readonly Buffer[];
}

async function deliver(
  bytes: Buffer,
  deflation: Deflation | undefined,
  delivery: Delivery,
): Promise<Observed> {
  const { isTls, cuts, isGlued, pings, readLimit, channelCapacity } = delivery;
  const chunks = cut(bytes, cuts);
  const glued = isGlued ? chunks.shift() : undefined;
  onRequest = (connection) => {
    connection.socket.setNoDelay(true);
    connection.accept(deflation && { "Sec-WebSocket-Extensions": extension(deflation) }, glued);
  };
  const server = servers[isTls ? 1 : 0] as RawServer;
  const n = server.connections.length;
  const options: ConnectOptions = {
    readLimit,
    channelCapacity,
    compression: deflation ? COMPRESSION.CONTEXT_TAKEOVER : COMPRESSION.DISABLED,
    compressionThreshold: 10,
    closeTimeout: ms(5_000),
    ...(isTls && { node: { tls: { ca: certificate.cert } } }),
  };
  const [client, connection] = await Promise.all([
    connect(server.url, options),
    server.connection(n),
  ]);
  for (let i = 0; i < pings; i++) client.ping({ timeout: ms(5_000) }).catch(() => {});
  const write = async (): Promise<void> => {
    for (const chunk of chunks) {
      connection.write(chunk);
      await turns(1);
    }
    connection.socket.end();
  };
  const [messages, sent, info] = await Promise.all([
    read(client, delivery),
    send(client, delivery),
    client.closed,
    write(),
  ]);
  await connection.closed;
  return { messages, info, connection, sent };
}

async function read(client: Client, { delay, closesAfter }: Delivery): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    if (messages.length === closesAfter) void client.close(OWN_CODE);
    await turns(delay);
    const { ok, value } = await client.receive();
    if (!ok) return messages;
    messages.push(value);
  }
}

async function send(client: Client, { sends }: Delivery): Promise<Buffer[]> {
  const sent: Buffer[] = [];
  for (const [seed, size] of sends.entries()) {
    const random = new Random(seed);
    const message = Buffer.from(Array.from({ length: size }, () => random.below(16)));
    const { messagesSent } = client.stats;
    const done = client.send(message).catch(() => {});
    if (client.stats.messagesSent > messagesSent) sent.push(message);
    await done;
  }
  return sent;
}

/** Returns the limits of the reference reader. A compressed message may be longer than `readLimit`. */
function readerOptions(limit: number, deflation: Deflation | undefined): ReaderOptions {
  return { limit, compressedLimit: limit + (limit >> 3) + 64, deflation };
}

function extension(deflation: Deflation): string {
  const { serverMaxWindowBits, clientMaxWindowBits } = deflation;
  const parameters = [
    ...(deflation.serverNoContextTakeover ? ["server_no_context_takeover"] : []),
    ...(deflation.clientNoContextTakeover ? ["client_no_context_takeover"] : []),
    ...(serverMaxWindowBits ? [`server_max_window_bits=${serverMaxWindowBits}`] : []),
    ...(clientMaxWindowBits ? [`client_max_window_bits=${clientMaxWindowBits}`] : []),
  ];
  return ["permessage-deflate", ...parameters].join("; ");
}

/** Returns the expected close information. If two codes are correct, it contains `actualCode` if possible. */
function infoOf(ending: Ending, actualCode: number): object {
  if (ending.by === "cut") {
    return { code: 1006, reason: "", clean: false, by: "none", error: "CONNECTION_LOST" };
  }
  if (ending.by === "fault") {
    const code = actualCode === ending.or ? ending.or : ending.code;
    const error = code === 1009 ? "MESSAGE_TOO_BIG" : "PROTOCOL_ERROR";
    return { code, reason: "", clean: false, by: "local", error };
  }
  const { code, reason } = ending;
  const error = [1000, 1001, 1005].includes(code) ? undefined : "CLOSED_BY_PEER";
  return { code, reason, clean: true, by: "peer", error };
}

function compare(
  { messages, info, connection, sent }: Observed,
  { ending, pings, messages: expected }: Reading,
  deflation: Deflation | undefined,
  { closesAfter = 0, sends }: Delivery,
): void {
  const { frames } = connection;
  const closes = frames.filter(({ opcode }) => opcode === OPCODE.CLOSE);
  const [sentCode] = closes.map((one) => closeOf(one).code);
  const pongs = frames.filter(({ opcode }) => opcode === OPCODE.PONG);
  const read = messages.map(toRead);

  assert.ok(frames.every(({ masked, fin }) => masked && fin));
  assert.ok(closes.length <= 1);
  if (sentCode !== undefined) assert.equal(frames.at(-1)?.opcode, OPCODE.CLOSE);
  compareSent(frames, sent, deflation, info.clean);
  if (info.code === OWN_CODE) {
    assert.ok(messages.length >= closesAfter);
    assert.deepEqual(read, expected.slice(0, read.length));
    // The reply to the server's close frame repeats its code. If that frame had none, neither has the reply.
    assert.equal(info.sentCode, sentCode === 1005 ? undefined : sentCode);
    return;
  }
  const { code, reason, clean, by, error } = info;
  assert.deepEqual(read, expected);
  assert.deepEqual({ code, reason, clean, by, error: error?.code }, infoOf(ending, code));
  // If a message is not flushed, the client does not know whether its close frame will be.
  const isKnown = sends.length === 0 || info.sentCode !== undefined;
  if (ending.by === "fault" && isKnown) assert.equal(info.sentCode, sentCode);
  assert.equal(sentCode, ending.by === "cut" ? undefined : code);
  comparePongs(pongs, pings, sends.length === 0);
}

/** Checks that sent messages arrive whole and in order, and that none is missing after a clean end. */
function compareSent(
  frames: readonly Frame[],
  sent: readonly Buffer[],
  deflation: Deflation | undefined,
  isClean: boolean,
): void {
  const { clientNoContextTakeover = false, clientMaxWindowBits } = deflation ?? {};
  const inflate = inflater(clientNoContextTakeover, clientMaxWindowBits);
  const arrived = frames
    .filter(({ opcode }) => opcode === OPCODE.BINARY)
    .map(({ payload, rsv1 }) => (rsv1 ? inflate(payload) : payload));
  assert.deepEqual(arrived, isClean ? sent : sent.slice(0, arrived.length));
}

/** Checks the pongs. Of pings that arrive while many bytes are unsent, only the latest is answered. */
function comparePongs(pongs: readonly Frame[], pings: readonly Buffer[], all: boolean): void {
  const payloads = pongs.map(({ payload }) => payload);
  if (all) assert.deepEqual(payloads, pings);
  let from = 0;
  for (const payload of payloads) {
    from = 1 + pings.findIndex((ping, i) => i >= from && ping.equals(payload));
    assert.notEqual(from, 0, "a pong without a ping");
  }
}

function toRead({ type, data }: Message): ReadMessage {
  return { type, data: Buffer.from(data as Uint8Array) };
}

function kindsOf({ messages, ending }: Reading, deflation: Deflation | undefined): string[] {
  return [
    ...messages.map(({ type }) => (deflation ? `deflated ${type}` : type)),
    ending.by === "fault" ? `violation ${ending.code}` : ending.by,
  ];
}

async function check(
  bytes: Buffer,
  deflation: Deflation | undefined,
  delivery: Delivery,
): Promise<string[]> {
  const reading = readStream(bytes, readerOptions(delivery.readLimit, deflation));
  compare(await deliver(bytes, deflation, delivery), reading, deflation, delivery);
  return kindsOf(reading, deflation);
}

const claim = "messages, pongs and close code as in the reference reader";

describe("a client that receives a random byte stream, split at random places,", () => {
  test("delivers all messages of the stream", { timeout }, (context) =>
    explore(context, {
      claim,
      runs,
      given: fc.record({
        stream: streams,
        delivery: deliveries,
        end: fc.option(places, { nil: 1 }),
      }),
      meets: [
        "binary",
        "close",
        "cut",
        "deflated binary",
        "deflated text",
        "text",
        "violation 1009",
      ],
      check({ stream, delivery, end }) {
        const [whole] = serialise(stream);
        const bytes = whole.subarray(0, Math.round(end * whole.length));
        return check(bytes, stream.deflation, delivery);
      },
    }),
  );

  test(
    "delivers the messages before the first violation if bytes are changed, lost or added",
    { timeout },
    (context) =>
      explore(context, {
        claim,
        runs,
        given: fc.record({ stream: streams, delivery: deliveries, change: damages }),
        meets: [
          ...["binary", "close", "cut", "deflated binary", "deflated text"],
          ...["text", "violation 1002", "violation 1007", "violation 1009"],
        ],
        check: ({ stream, delivery, change }) =>
          check(damage(change, serialise(stream)), stream.deflation, delivery),
      }),
  );
});
