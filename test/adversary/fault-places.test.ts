import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { closeFrame, deflate, frame, OPCODE, pingFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { Random } from "../helpers/unit-random.js";
import { range, runAll, tally } from "../faults/support.js";
import { noise } from "../transport/support.js";

checkLeaks();

/** The factor for the number of random cases: 5 if WSCHAN_LONG is set. */
const CASE_FACTOR = process.env.WSCHAN_LONG === undefined ? 1 : 5;
const CASE_COUNT = 1_000 * CASE_FACTOR;

const READ_LIMIT_BYTES = 2_097_152;

/** Bytes that violate the protocol or a limit, and the close code for them. */
interface Fault {
  readonly bytes: Buffer;
  readonly code: number;
}

/** Faults that can occur between any two frames. */
const ANYWHERE: readonly Fault[] = [
  { bytes: frame({ opcode: 3 }), code: 1002 },
  { bytes: frame({ opcode: 11 }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.PING, rsv2: true }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.PING, rsv1: true }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.PING, fin: false }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.PING, payload: "x".repeat(126) }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.PONG, mask: true }), code: 1002 },
  { bytes: closeFrame(999), code: 1002 },
  { bytes: frame({ opcode: OPCODE.CLOSE, payload: "x" }), code: 1002 },
  { bytes: closeFrame(1000, Buffer.of(0xff)), code: 1007 },
];

/** Faults that can occur between two messages. */
const BETWEEN_MESSAGES: readonly Fault[] = [
  ...ANYWHERE,
  { bytes: frame({ opcode: OPCODE.CONTINUATION, payload: "x" }), code: 1002 },
  { bytes: textFrame(Buffer.of(0xc3)), code: 1007 },
  { bytes: frame({ opcode: OPCODE.TEXT, rsv1: true, payload: Buffer.of(7) }), code: 1007 },
  {
    bytes: frame({ opcode: OPCODE.TEXT, rsv1: true, payload: deflate(Buffer.of(0xff)) }),
    code: 1007,
  },
  { bytes: frame({ opcode: OPCODE.BINARY, length: READ_LIMIT_BYTES + 1 }), code: 1009 },
  {
    bytes: frame({
      opcode: OPCODE.BINARY,
      rsv1: true,
      payload: deflate(Buffer.alloc(READ_LIMIT_BYTES + 1)),
    }),
    code: 1009,
  },
];

/** Faults that can occur between the fragments of a message. */
const WITHIN_MESSAGE: readonly Fault[] = [
  ...ANYWHERE,
  { bytes: textFrame("x"), code: 1002 },
  { bytes: frame({ opcode: OPCODE.BINARY, rsv1: true, payload: deflate("x") }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.CONTINUATION, rsv1: true }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.CONTINUATION, length: 2 ** 40 }), code: 1009 },
];

/** A message: its frames, and the size of its data in bytes. */
interface Part {
  readonly frames: readonly Buffer[];
  readonly size: number;
}

/** Returns a random message of up to four frames. */
function drawMessage(random: Random): Part {
  const [size, isZeros] = random.pick([
    [0, false],
    [100, false],
    [5_000, false],
    // zlib inflates these two on its thread, because of the compressed or the inflated size.
    [50_000, false],
    [1_000_000, true],
  ] as const);
  const bytes = isZeros ? new Uint8Array(size) : noise(size, random.below(1_000));
  const rsv1 = random.chance(0.7);
  const payload = rsv1 ? deflate(bytes) : Buffer.from(bytes);
  const count = 1 + random.below(4);
  const step = Math.ceil(payload.length / count) || 1;
  const frames = Array.from({ length: count }, (_, i) =>
    frame({
      opcode: i === 0 ? OPCODE.BINARY : OPCODE.CONTINUATION,
      rsv1: rsv1 && i === 0,
      fin: i === count - 1,
      payload: payload.subarray(i * step, (i + 1) * step),
    }),
  );
  return { frames, size };
}

interface Script {
  readonly chunks: readonly Buffer[];
  /** The sizes of the messages before the fault. */
  readonly before: readonly number[];
  readonly code: number;
  readonly isReset: boolean;
}

/** Returns random messages, the beginning of another message, a fault, and more frames after it. */
function drawScript(random: Random): Script {
  const before = Array.from({ length: random.below(4) }, () => drawMessage(random));
  const broken = drawMessage(random);
  const at = random.below(broken.frames.length);
  const fault = random.pick(at === 0 ? BETWEEN_MESSAGES : WITHIN_MESSAGE);
  const bytes = Buffer.concat([
    ...before.flatMap(({ frames }) => frames),
    ...broken.frames.slice(0, at),
    fault.bytes,
    ...broken.frames.slice(at),
    ...Array.from({ length: 3 }, () => drawMessage(random)).flatMap(({ frames }) => frames),
    pingFrame("late"),
    closeFrame(1000),
  ]);
  const cuts = Array.from({ length: random.below(6) }, () => random.below(bytes.length));
  const ends = [...cuts, bytes.length].sort((a, b) => a - b);
  return {
    chunks: ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)),
    before: before.map(({ size }) => size),
    code: fault.code,
    isReset: random.chance(0.3),
  };
}

async function run(server: RawServer, seed: number): Promise<string> {
  const random = new Random(seed);
  const { chunks, before, code, isReset } = drawScript(random);
  const path = crypto.randomUUID();
  const client = await connect(`${server.url}${path}`, {
    compression: "context_takeover",
    readLimit: READ_LIMIT_BYTES,
    channelCapacity: random.pick([1, 32]),
    closeTimeout: ms(5_000),
  });
  const peer = server.connections.find(({ request }) => request?.path === `/${path}`);
  if (!peer) throw new Error(`the server has no connection with the path /${path}`);
  peer.onFrame = ({ opcode }) => {
    if (opcode !== OPCODE.CLOSE) return;
    if (isReset) peer.reset();
    else peer.socket.end();
  };
  const write = async (): Promise<void> => {
    for (const chunk of chunks) {
      peer.write(chunk);
      await new Promise((resolve) => setTimeout(resolve, random.below(3)));
    }
  };
  const [sizes, info] = await Promise.all([readSizes(client), client.closed, write()]);
  client.terminate();
  await peer.closed;
  const isSame = sizes.join() === before.join();
  const hasCode = info.code === code && info.sentCode === code && info.by === "local";
  const outcome = hasCode
    ? "closed by the client with the code of the violation"
    : `closed with ${info.code} by ${info.by}, sentCode ${info.sentCode}, in place of ${code}`;
  return `received: ${isSame ? "all messages before the violation" : `${sizes.join()} in place of ${before.join()}`}; ${outcome}`;
}

async function readSizes(client: Client): Promise<number[]> {
  const sizes: number[] = [];
  for (let next = await client.receive(); next.ok; next = await client.receive()) {
    sizes.push((next.value.data as Uint8Array).length);
  }
  return sizes;
}

describe("a violation at any place between compressed and fragmented messages", () => {
  let goodServer: EchoServer;
  let oldClient: Client;

  beforeAll(async () => {
    goodServer = await startEchoServer({ compression: true });
    oldClient = await connect(goodServer.url, { compression: "context_takeover" });
  });

  afterAll(async () => {
    await oldClient.close();
    await goodServer[Symbol.asyncDispose]();
  });

  async function echoes(client: Client): Promise<void> {
    const text = "compressible ".repeat(200);
    await client.send(text);
    expect((await client.receive({ timeout: ms(5_000) })).value?.data).toBe(text);
  }

  // Vitest also fails the run if one of the cases causes an uncaught exception.
  test(
    "ends the connection with its close code, delivers nothing after it, and does not affect other connections",
    { timeout: ms(60_000) * CASE_FACTOR },
    async (context) => {
      await using server = await startRawServer({
        onRequest: (peer) =>
          peer.accept({
            "Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover",
          }),
      });
      await echoes(oldClient);
      const results = await runAll(range(1, CASE_COUNT + 1), (seed) => run(server, seed));
      await echoes(oldClient);
      const newClient = await connect(goodServer.url, { compression: "context_takeover" });
      await echoes(newClient);
      await newClient.close();
      conclude(context, {
        cases: CASE_COUNT,
        expected:
          "received: all messages before the violation; closed by the client with the code of the violation",
        happened: tally(results),
      });
    },
  );
});
