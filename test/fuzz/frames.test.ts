import assert from "node:assert/strict";
import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { COMPRESSION, connect } from "../../src/node.js";
import type { CloseInfo, ConnectOptions, Message } from "../../src/node.js";
import { closeOf, OPCODE } from "../helpers/frames.js";
import { explore } from "../helpers/fuzz.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { readStream } from "../helpers/reference-reader.js";
import type {
  Deflation,
  ReaderOptions,
  Ending,
  Reading,
  ReadMessage,
} from "../helpers/reference-reader.js";
import { turns } from "../helpers/unit-clock.js";
import { cut, places, serialise, streams } from "./frame-stream.js";

checkLeaks();

let server: RawServer;
let onRequest: (connection: RawConnection) => void;

beforeAll(async () => {
  server = await startRawServer({ onRequest: (connection) => onRequest(connection) });
});

afterAll(() => server[Symbol.asyncDispose]());

/** How the bytes of a stream reach the client, and how it reads. */
interface Delivery {
  readonly cuts: readonly number[];
  /** The first bytes come with the answer to the handshake. */
  readonly isGlued: boolean;
  readonly readLimit: number;
  readonly channelCapacity: number;
}

const deliveries: fc.Arbitrary<Delivery> = fc.record({
  cuts: fc.array(places, { maxLength: 12, size: "max" }),
  isGlued: fc.boolean(),
  readLimit: fc.constantFrom(16_777_216, 65_535, 126),
  channelCapacity: fc.constantFrom(1, 2, 32),
});

/** What the client and the server saw of a connection. */
interface Seen {
  readonly messages: readonly Message[];
  readonly info: CloseInfo;
  readonly connection: RawConnection;
}

async function deliver(
  bytes: Buffer,
  deflation: Deflation | undefined,
  { cuts, isGlued, ...options }: Delivery,
): Promise<Seen> {
  const chunks = cut(bytes, cuts);
  const glued = isGlued ? chunks.shift() : undefined;
  onRequest = (connection) => {
    connection.socket.setNoDelay(true);
    connection.accept(deflation && { "Sec-WebSocket-Extensions": extension(deflation) }, glued);
  };
  const n = server.connections.length;
  const compression = deflation ? COMPRESSION.CONTEXT_TAKEOVER : COMPRESSION.DISABLED;
  const given: ConnectOptions = { ...options, compression };
  const [client, connection] = await Promise.all([
    connect(server.url, given),
    server.connection(n),
  ]);
  const read = async (): Promise<Message[]> => {
    const messages: Message[] = [];
    for (let next = await client.receive(); next.ok; next = await client.receive()) {
      messages.push(next.value);
    }
    return messages;
  };
  const write = async (): Promise<void> => {
    for (const chunk of chunks) {
      connection.write(chunk);
      await turns(1);
    }
    connection.socket.end();
  };
  const [messages, info] = await Promise.all([read(), client.closed, write()]);
  await connection.closed;
  return { messages, info, connection };
}

/** With compression a message may be longer on the wire than `readLimit`, as it may be inflated. */
function readerOptions(limit: number, deflation: Deflation | undefined): ReaderOptions {
  return { limit, roughLimit: deflation ? limit + (limit >> 3) + 64 : limit, deflation };
}

function extension({ serverNoContextTakeover, serverMaxWindowBits }: Deflation): string {
  const parameters = [
    ...(serverNoContextTakeover ? ["server_no_context_takeover"] : []),
    ...(serverMaxWindowBits ? [`server_max_window_bits=${serverMaxWindowBits}`] : []),
  ];
  return ["permessage-deflate", ...parameters].join("; ");
}

/** How the client is to tell of an ending, be it that it found this code. */
function infoOf(ending: Ending, found: number): object {
  if (ending.by === "cut") {
    return { code: 1006, reason: "", clean: false, by: "none", error: "CONNECTION_LOST" };
  }
  if (ending.by === "fault") {
    const code = found === ending.or ? ending.or : ending.code;
    const error = code === 1009 ? "MESSAGE_TOO_BIG" : "PROTOCOL_ERROR";
    return { code, reason: "", clean: false, by: "local", error };
  }
  const { code, reason } = ending;
  const error = [1000, 1001, 1005].includes(code) ? undefined : "CLOSED_BY_PEER";
  return { code, reason, clean: true, by: "peer", error };
}

function compare(
  { messages, info, connection }: Seen,
  reading: Reading,
  deflation: Deflation | undefined,
): void {
  const { ending, pings } = reading;
  const { code, reason, clean, by, error } = info;
  assert.deepEqual(messages.map(toRead), reading.messages);
  assert.deepEqual({ code, reason, clean, by, error: error?.code }, infoOf(ending, code));
  const sent = (opcode: number): RawConnection["frames"] =>
    connection.frames.filter((one) => one.opcode === opcode);
  // The last pongs may come too late.
  const pongs = sent(OPCODE.PONG).map(({ payload }) => payload);
  assert.deepEqual(pongs, pings.slice(0, pongs.length));
  // What the peer is told: the same code back, or what was wrong.
  const told = sent(OPCODE.CLOSE).map((one) => closeOf(one).code);
  if (ending.by === "fault") assert.deepEqual(told, info.sentCode ? [info.sentCode] : []);
  // Nothing, where it had ended its side while a message was inflated; `ws` then ends the other.
  const isLate = deflation !== undefined && told.length === 0;
  assert.deepEqual(told, ending.by === "cut" || isLate ? [] : [code]);
}

function toRead({ type, data }: Message): ReadMessage {
  return { type, data: Buffer.from(data as Uint8Array) };
}

function kindsOf({ messages, ending }: Reading, deflation: Deflation | undefined): string[] {
  return [
    ...messages.map(({ type }) => (deflation ? `deflated ${type}` : type)),
    ending.by === "fault" ? `fault ${ending.code}` : ending.by,
  ];
}

const claim = "what the reference reader reads, and ends as it does";

describe("from any server, in any pieces", () => {
  test("the messages arrive, until it ends", (context) =>
    explore(context, {
      claim,
      runs: 1500,
      given: fc.record({
        stream: streams,
        delivery: deliveries,
        end: fc.option(places, { nil: 1 }),
      }),
      meets: ["binary", "close", "cut", "deflated binary", "deflated text", "fault 1009", "text"],
      async check({ stream, delivery, end }) {
        const { deflation } = stream;
        const [whole] = serialise(stream);
        const bytes = whole.subarray(0, Math.round(end * whole.length));
        const reading = readStream(bytes, readerOptions(delivery.readLimit, deflation));
        compare(await deliver(bytes, deflation, delivery), reading, deflation);
        return kindsOf(reading, deflation);
      },
    }));

  test("with one byte wrong, the messages arrive until it shows", (context) =>
    explore(context, {
      claim,
      runs: 2000,
      given: fc.record({
        stream: streams,
        delivery: deliveries,
        // Headers are few of the bytes, and matter more.
        at: fc.oneof(places, fc.record({ head: places, offset: fc.nat(3) })),
        change: fc.integer({ min: 1, max: 255 }),
      }),
      meets: [
        ...["binary", "close", "cut", "deflated binary", "deflated text"],
        ...["fault 1002", "fault 1007", "fault 1009", "text"],
      ],
      async check({ stream, delivery, at, change }) {
        const { deflation } = stream;
        const [bytes, heads] = serialise(stream);
        const index =
          typeof at === "number"
            ? Math.floor(at * bytes.length)
            : (heads[Math.floor(at.head * heads.length)] ?? 0) + at.offset;
        if (index < bytes.length) bytes[index] = (bytes[index] ?? 0) ^ change;
        const reading = readStream(bytes, readerOptions(delivery.readLimit, deflation));
        compare(await deliver(bytes, deflation, delivery), reading, deflation);
        return kindsOf(reading, deflation);
      },
    }));
});
