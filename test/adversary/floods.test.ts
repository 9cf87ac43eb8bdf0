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
import { ARRIVES, IGNORED, LOST, TOO_BIG } from "../helpers/verdict.js";
import { noise } from "../transport/support.js";

checkLeaks();

const MIB = 1_048_576;

/** As many fragments as Autobahn's cases 9.3.1 to 9.4.2 send, and the last one is empty. */
const MANY = 65_537;

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
  const bytes = noise(MANY);
  const text = Buffer.alloc(MANY * 3, "€");
  const large = noise(4 * MIB);
  /** A message in fragments of `size` bytes and an empty last one. */
  const many = (opcode: number, payload: Uint8Array, size: number): Buffer => {
    const all = fragments(opcode, payload, size);
    const last = all.pop() as Buffer;
    // Without FIN.
    last[0] = (last[0] as number) & 0x7f;
    return Buffer.concat([...all, last, END]);
  };

  testAttacks(
    "of any number arrive",
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
        // It fills the channel before the end is seen.
        options: { backpressure: "buffer" },
      },
      { name: "empty ones", send: empty(200_000), message: new Uint8Array() },
    ],
    { expected: ARRIVES, memory: 64 * MIB, bound: 20_000 },
  );

  const part = deflate(noise(1_000));
  testAttacks(
    "of a message without an end take no memory",
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

  const LIMIT = 65_536;
  const byte = frame({ opcode: OPCODE.CONTINUATION, fin: false, payload: "x" });
  testAttacks(
    "of a message without an end stop at readLimit",
    [
      {
        name: "one byte more than it allows",
        send: Buffer.concat([
          frame({ opcode: OPCODE.BINARY, fin: false }),
          repeat(byte, LIMIT + 1),
        ]),
      },
    ],
    { expected: TOO_BIG, options: { readLimit: LIMIT }, memory: 16 * MIB, bound: 20_000 },
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

  const WAVES = 20;
  testAttacks(
    "of which only the latest is answered while bytes wait",
    [
      {
        name: `${WAVES * COUNT} from a server that takes nothing meanwhile`,
        send: async (peer) => {
          peer.socket.pause();
          peer.write(BEFORE);
          for (let i = 0; i < WAVES; i++) {
            await new Promise((resolve) => peer.socket.write(repeat(ping, COUNT), resolve));
          }
          peer.write(pingFrame("latest"));
          peer.socket.resume();
          await peer.until(() => peer.frames.at(-1)?.payload.toString() === "latest");
          const isFew = peer.frames.length < WAVES * COUNT;
          peer.frames.splice(0, peer.frames.length - (isFew ? 1 : 0));
          peer.write(AFTER);
        },
      },
    ],
    {
      expected: "reads before, after; no error, 1000 by peer, clean; wire: pong, close 1000",
      memory: 64 * MIB,
      bound: 20_000,
    },
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
