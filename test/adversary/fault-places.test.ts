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

/** How many cases are drawn: five times as many if there is time for them. */
const LENGTH = process.env.WSCHAN_LONG === undefined ? 1 : 5;
const CASES = 1_000 * LENGTH;

const READ_LIMIT = 2_097_152;

/** Bytes that break a rule, and the close code for it. */
interface Fault {
  readonly bytes: Buffer;
  readonly code: number;
}

/** Faults that can come anywhere between two frames. */
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

const BETWEEN: readonly Fault[] = [
  ...ANYWHERE,
  { bytes: frame({ opcode: OPCODE.CONTINUATION, payload: "x" }), code: 1002 },
  { bytes: textFrame(Buffer.of(0xc3)), code: 1007 },
  { bytes: frame({ opcode: OPCODE.TEXT, rsv1: true, payload: Buffer.of(7) }), code: 1007 },
  {
    bytes: frame({ opcode: OPCODE.TEXT, rsv1: true, payload: deflate(Buffer.of(0xff)) }),
    code: 1007,
  },
  { bytes: frame({ opcode: OPCODE.BINARY, length: READ_LIMIT + 1 }), code: 1009 },
  {
    bytes: frame({
      opcode: OPCODE.BINARY,
      rsv1: true,
      payload: deflate(Buffer.alloc(READ_LIMIT + 1)),
    }),
    code: 1009,
  },
];

const WITHIN: readonly Fault[] = [
  ...ANYWHERE,
  { bytes: textFrame("x"), code: 1002 },
  { bytes: frame({ opcode: OPCODE.BINARY, rsv1: true, payload: deflate("x") }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.CONTINUATION, rsv1: true }), code: 1002 },
  { bytes: frame({ opcode: OPCODE.CONTINUATION, length: 2 ** 40 }), code: 1009 },
];

/** A message: its frames, and its size in bytes. */
interface Part {
  readonly frames: readonly Buffer[];
  readonly size: number;
}

/** Draws a message of up to four frames. */
function drawMessage(random: Random): Part {
  const [size, isZeros] = random.pick([
    [0, false],
    [100, false],
    [5_000, false],
    // Inflated on zlib's thread: for what it deflates to, or for its own size.
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

/** Draws whole messages, the beginning of another one, a fault, and more of everything after it. */
function drawScript(random: Random): Script {
  const before = Array.from({ length: random.below(4) }, () => drawMessage(random));
  const broken = drawMessage(random);
  const at = random.below(broken.frames.length);
  const fault = random.pick(at === 0 ? BETWEEN : WITHIN);
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
    readLimit: READ_LIMIT,
    channelCapacity: random.pick([1, 32]),
    closeTimeout: ms(5_000),
  });
  const peer = server.connections.find(({ request }) => request?.path === `/${path}`);
  if (!peer) throw new Error("the server knows no such connection");
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
  const isTold = info.code === code && info.sentCode === code && info.by === "local";
  const told = isTold
    ? "its code"
    : `${info.code} by ${info.by}, sent ${info.sentCode}, not ${code}`;
  return `${isSame ? "the messages before it" : `${sizes.join()} not ${before.join()}`}; ${told}`;
}

async function readSizes(client: Client): Promise<number[]> {
  const sizes: number[] = [];
  for (let next = await client.receive(); next.ok; next = await client.receive()) {
    sizes.push((next.value.data as Uint8Array).length);
  }
  return sizes;
}

describe("a fault at any place between compressed and fragmented messages", () => {
  let good: EchoServer;
  let old: Client;

  beforeAll(async () => {
    good = await startEchoServer({ compression: true });
    old = await connect(good.url, { compression: "context_takeover" });
  });

  afterAll(async () => {
    await old.close();
    await good[Symbol.asyncDispose]();
  });

  async function echoes(client: Client): Promise<void> {
    const text = "compressible ".repeat(200);
    await client.send(text);
    expect((await client.receive({ timeout: ms(5_000) })).value?.data).toBe(text);
  }

  // An uncaught exception would fail the run.
  test(
    "tells its code, delivers nothing after it, and leaves other connections alone",
    { timeout: ms(60_000) * LENGTH },
    async (context) => {
      await using server = await startRawServer({
        onRequest: (peer) =>
          peer.accept({
            "Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover",
          }),
      });
      await echoes(old);
      const results = await runAll(range(1, CASES + 1), (seed) => run(server, seed));
      await echoes(old);
      const young = await connect(good.url, { compression: "context_takeover" });
      await echoes(young);
      await young.close();
      conclude(context, {
        cases: CASES,
        expected: "the messages before it; its code",
        happened: tally(results),
      });
    },
  );
});
