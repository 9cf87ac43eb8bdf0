import { describe } from "vitest";
import { AFTER, BEFORE, DEFLATE, testAttacks } from "../helpers/adversary.js";
import {
  binaryFrame,
  deflate,
  fragments,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import {
  accepted,
  closedByClient,
  closedByServer,
  IGNORED,
  LOST,
  TOO_BIG,
} from "../helpers/verdict.js";
import { noise } from "../transport/support.js";

checkLeaks();

const MIB = 1_048_576;

/** The number of fragments in Autobahn's cases 9.3.1 to 9.4.2, where the last one is empty. */
const FRAGMENT_COUNT = 65_537;

function repeat(bytes: Uint8Array, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes);
}

const CONTINUE = frame({ opcode: OPCODE.CONTINUATION, fin: false });
const END = frame({ opcode: OPCODE.CONTINUATION });

/** Returns a message of `count` empty fragments. */
function emptyFragments(count: number): Buffer {
  return Buffer.concat([
    frame({ opcode: OPCODE.BINARY, fin: false }),
    repeat(CONTINUE, count - 2),
    END,
  ]);
}

describe("fragments", () => {
  const bytes = noise(FRAGMENT_COUNT);
  const text = Buffer.alloc(FRAGMENT_COUNT * 3, "€");
  const large = noise(4 * MIB);
  /** Returns a message in fragments of `size` bytes and an empty last one. */
  const many = (opcode: number, payload: Uint8Array, size: number): Buffer => {
    const all = fragments(opcode, payload, size);
    const last = all.pop() as Buffer;
    // Clear the FIN bit, because an empty fragment follows.
    last[0] = (last[0] as number) & 0x7f;
    return Buffer.concat([...all, last, END]);
  };

  testAttacks(
    "are joined into one message, however many there are",
    [
      { name: "of a byte", send: many(OPCODE.BINARY, bytes, 1), message: bytes },
      {
        name: "of a third of a character",
        send: many(OPCODE.TEXT, text, 1),
        message: text.toString(),
      },
      {
        name: "4 MiB in 64 bytes each",
        send: many(OPCODE.BINARY, large, 64),
        message: large,
        // The message fills the channel, which would pause the socket before the end is read.
        options: { backpressure: "buffer" },
      },
      { name: "empty ones", send: emptyFragments(200_000), message: new Uint8Array() },
    ],
    { expected: accepted(), memory: 64 * MIB, bound: 20_000 },
  );

  const part = deflate(noise(1_000));
  testAttacks(
    "without payload need no memory if their message never ends",
    [
      {
        name: "empty ones",
        send: (peer) => {
          peer.write(
            BEFORE,
            frame({ opcode: OPCODE.BINARY, fin: false }),
            repeat(CONTINUE, 500_000),
          );
          peer.socket.end();
        },
      },
      {
        name: "empty ones of a compressed message",
        send: (peer) => {
          const start = frame({ opcode: OPCODE.BINARY, rsv1: true, fin: false, payload: part });
          peer.write(BEFORE, start, repeat(CONTINUE, 500_000));
          peer.socket.end();
        },
      },
    ],
    { ...DEFLATE, expected: LOST, memory: 16 * MIB, bound: 20_000 },
  );

  const LIMIT_BYTES = 65_536;
  const byte = frame({ opcode: OPCODE.CONTINUATION, fin: false, payload: "x" });
  testAttacks(
    "of a message that never ends are stopped at readLimit",
    [
      {
        name: "one byte more than it allows",
        send: Buffer.concat([
          frame({ opcode: OPCODE.BINARY, fin: false }),
          repeat(byte, LIMIT_BYTES + 1),
        ]),
      },
    ],
    { expected: TOO_BIG, options: { readLimit: LIMIT_BYTES }, memory: 16 * MIB, bound: 20_000 },
  );

  testAttacks(
    "are joined in each of many messages",
    [
      {
        name: "30 messages of 100",
        send: repeat(Buffer.concat(fragments(OPCODE.TEXT, Buffer.alloc(100, "x"), 1)), 30),
        message: "x".repeat(100),
      },
    ],
    { expected: accepted("30 x the message"), memory: 64 * MIB, bound: 20_000 },
  );
});

describe("pings", () => {
  const ping = pingFrame("x".repeat(125));
  const PING_COUNT = 10_000;
  const answered = closedByServer("before, after", 1000, `${PING_COUNT} x pong, close with 1000`);

  testAttacks(
    "of 125 bytes are each answered",
    [
      {
        name: `${PING_COUNT} at once`,
        send: async (peer) => {
          peer.write(BEFORE, repeat(ping, PING_COUNT));
          await peer.until(() => peer.frames.length === PING_COUNT);
          peer.write(AFTER);
        },
      },
      {
        name: `${PING_COUNT} from a server that reads none of the pongs before it has sent them all`,
        send: async (peer) => {
          peer.socket.pause();
          peer.socket.write(repeat(ping, PING_COUNT), () => peer.socket.resume());
          await peer.until(() => peer.frames.length === PING_COUNT);
          peer.write(BEFORE, AFTER);
        },
      },
    ],
    { expected: answered, memory: 64 * MIB, bound: 20_000 },
  );

  const WAVE_COUNT = 20;
  testAttacks(
    "that arrive while pongs wait to be sent are answered with one pong for the latest ping",
    [
      {
        name: `${WAVE_COUNT * PING_COUNT} from a server that reads nothing meanwhile`,
        send: async (peer) => {
          peer.socket.pause();
          peer.write(BEFORE);
          for (let i = 0; i < WAVE_COUNT; i++) {
            await new Promise((resolve) => peer.socket.write(repeat(ping, PING_COUNT), resolve));
          }
          peer.write(pingFrame("latest"));
          peer.socket.resume();
          await peer.until(() => peer.frames.at(-1)?.payload.toString() === "latest");
          const isFew = peer.frames.length < WAVE_COUNT * PING_COUNT;
          peer.frames.splice(0, peer.frames.length - (isFew ? 1 : 0));
          peer.write(AFTER);
        },
      },
    ],
    {
      expected: closedByServer("before, after", 1000, "pong, close with 1000"),
      memory: 64 * MIB,
      bound: 20_000,
    },
  );
});

describe("pongs", () => {
  testAttacks(
    "without a ping are ignored, even 100,000 of them",
    ["", "x", "\0\0\0\x01", "\xff\xff\xff", "x".repeat(125)].map((payload) => ({
      name: `of ${JSON.stringify(payload)}`,
      send: repeat(pongFrame(payload), 100_000),
    })),
    { expected: IGNORED, memory: 64 * MIB, bound: 20_000 },
  );
});

describe("messages", () => {
  const LIMIT_BYTES = 16 * MIB;
  // An unread message counts 64 bytes plus its data; the data of "before" counts 12 bytes.
  const count = Math.floor((LIMIT_BYTES - 76) / 64);
  testAttacks(
    "that are empty and not received end the connection at bufferLimit",
    [
      { name: "texts", send: repeat(textFrame(""), 2_000_000), message: "" },
      {
        name: "binary",
        send: repeat(binaryFrame(new Uint8Array()), 2_000_000),
        message: new Uint8Array(),
      },
    ],
    {
      expected: closedByClient(1008, "SLOW_CONSUMER", `before, ${count} x the message`),
      options: { backpressure: "buffer", bufferLimit: LIMIT_BYTES },
      memory: 192 * MIB,
      bound: 20_000,
    },
  );

  testAttacks(
    "need no memory for announced bytes that never arrive",
    [
      {
        name: "128 MiB",
        send: (peer) => {
          peer.write(BEFORE, frame({ opcode: OPCODE.BINARY, length: 128 * MIB, payload: "x" }));
          peer.socket.end();
        },
      },
    ],
    { expected: LOST, options: { readLimit: 128 * MIB }, memory: 16 * MIB },
  );
});
