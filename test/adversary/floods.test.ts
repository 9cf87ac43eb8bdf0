import { describe } from "vitest";
import { AFTER, BEFORE, DEFLATE, testAttacks } from "../helpers/adversary.js";
import type { Attack } from "../helpers/adversary.js";
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
import { ARRIVES, broken, IGNORED, LOST } from "../helpers/verdict.js";
import { noise } from "../transport/support.js";

checkLeaks();

const MIB = 1_048_576;

/** The most fragments that one message may have: `MAX_FRAGMENTS` of transport/node.ts. */
const MAX_FRAGMENTS = 65_536;

/** The most pings whose pongs the server has not taken: `MAX_PENDING_PONGS` of transport/node.ts. */
const MAX_PENDING_PONGS = 32_768;

function repeat(bytes: Uint8Array, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes);
}

const CONTINUE = frame({ opcode: OPCODE.CONTINUATION, fin: false });
const END = frame({ opcode: OPCODE.CONTINUATION });

/** A message of so many fragments, all of them empty. */
function empty(count: number): Buffer {
  return Buffer.concat([
    frame({ opcode: OPCODE.BINARY, fin: false }),
    repeat(CONTINUE, count - 2),
    END,
  ]);
}

describe("fragments", () => {
  const bytes = (count: number): Attack => ({
    name: `${count} of a byte`,
    send: Buffer.concat(fragments(OPCODE.BINARY, noise(count), 1)),
    message: noise(count),
  });
  const text = (count: number): Attack => ({
    name: `${count} of a text`,
    send: Buffer.concat(fragments(OPCODE.TEXT, Buffer.alloc(count, "€"), 1)),
    message: "€".repeat(count / 3),
  });

  testAttacks(
    "as many as one message may have arrive",
    [
      bytes(MAX_FRAGMENTS),
      text(MAX_FRAGMENTS - 1),
      {
        name: `${MAX_FRAGMENTS} empty ones`,
        send: empty(MAX_FRAGMENTS),
        message: new Uint8Array(),
      },
    ],
    { expected: ARRIVES, memory: 64 * MIB, bound: 20_000 },
  );

  testAttacks(
    "one more than a message may have",
    [bytes(MAX_FRAGMENTS + 1), { name: "empty ones", send: empty(MAX_FRAGMENTS + 1) }],
    { expected: broken(1008), memory: 64 * MIB, bound: 20_000 },
  );

  testAttacks(
    "100,000 empty ones of a message",
    [
      { name: "with an end", send: empty(100_000) },
      {
        name: "with no end",
        send: repeat(CONTINUE, 100_000).fill(frame({ opcode: 2, fin: false }), 0, 2),
      },
    ],
    { expected: broken(1008), memory: 64 * MIB, bound: 20_000 },
  );

  const part = deflate(noise(1_000));
  testAttacks(
    "of a compressed message, with no end",
    [
      {
        name: "empty ones",
        send: Buffer.concat([
          frame({ opcode: OPCODE.BINARY, rsv1: true, fin: false, payload: part }),
          repeat(CONTINUE, 100_000),
        ]),
      },
    ],
    {
      expected: broken(1008),
      memory: 64 * MIB,
      bound: 20_000,
      ...DEFLATE,
    },
  );

  testAttacks(
    "few in each of many messages",
    [
      {
        name: "30 messages of 100",
        send: repeat(Buffer.concat(fragments(OPCODE.TEXT, Buffer.alloc(100, "x"), 1)), 30),
        message: "x".repeat(100),
      },
    ],
    { expected: ARRIVES.replace("it", "30 x it"), memory: 64 * MIB, bound: 20_000 },
  );
});

describe("pings", () => {
  const ping = pingFrame("x".repeat(125));
  const COUNT = 10_000;
  const answered = `reads before, after; no error, 1000 by peer, clean; wire: ${COUNT} x pong, close 1000`;

  testAttacks(
    "of 125 bytes are answered, each",
    [
      {
        name: `${COUNT} at once`,
        send: async (peer) => {
          peer.write(BEFORE, repeat(ping, COUNT));
          await peer.until(() => peer.frames.length === COUNT);
          peer.write(AFTER);
        },
      },
      {
        name: `${COUNT} from a server that reads none of the pongs before it has sent them all`,
        send: async (peer) => {
          peer.socket.pause();
          peer.socket.write(repeat(ping, COUNT), () => peer.socket.resume());
          await peer.until(() => peer.frames.length === COUNT);
          peer.write(BEFORE, AFTER);
        },
      },
    ],
    { expected: answered, memory: 64 * MIB, bound: 20_000 },
  );

  testAttacks(
    // `ws` cuts it, and tells nobody why.
    "whose pongs nobody takes end the connection when too many wait",
    [
      {
        name: `${MAX_PENDING_PONGS} and what the kernel takes`,
        send: (peer) => {
          peer.socket.pause();
          peer.write(BEFORE, repeat(ping, MAX_PENDING_PONGS * 4));
        },
      },
    ],
    { expected: LOST, memory: 96 * MIB, bound: 20_000 },
  );
});

describe("pongs", () => {
  testAttacks(
    "that nobody asked for, by the hundred thousand",
    ["", "x", "\0\0\0\x01", "\xff\xff\xff", "x".repeat(125)].map((payload) => ({
      name: `of ${JSON.stringify(payload)}`,
      send: repeat(pongFrame(payload), 100_000),
    })),
    { expected: IGNORED, memory: 64 * MIB, bound: 20_000 },
  );
});

describe("messages", () => {
  const LIMIT = 16 * MIB;
  // Each counts 64 bytes; "before" 12 more.
  const count = Math.floor((LIMIT - 76) / 64);
  testAttacks(
    "by the million, empty and unread, end the connection at bufferLimit",
    [
      { name: "texts", send: repeat(textFrame(""), 2_000_000), message: "" },
      {
        name: "binary",
        send: repeat(binaryFrame(new Uint8Array()), 2_000_000),
        message: new Uint8Array(),
      },
    ],
    {
      expected: `reads before, ${count} x it; SLOW_CONSUMER, 1008 by local; wire: close 1008`,
      options: { backpressure: "buffer", bufferLimit: LIMIT },
      memory: 192 * MIB,
      bound: 20_000,
    },
  );

  testAttacks(
    "that are promised take no memory before they come",
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
