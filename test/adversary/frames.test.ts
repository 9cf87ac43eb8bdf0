import { describe } from "vitest";
import { DEFLATE, testAttacks } from "../helpers/adversary.js";
import type { Attack } from "../helpers/adversary.js";
import {
  binaryFrame,
  deflate,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../helpers/frames.js";
import type { FrameInit } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { accepted, broken, LOST, TOO_BIG } from "../helpers/verdict.js";

checkLeaks();

const CONTROL = { close: OPCODE.CLOSE, ping: OPCODE.PING, pong: OPCODE.PONG };
const DATA = { text: OPCODE.TEXT, binary: OPCODE.BINARY };
const RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

const START = frame({ opcode: OPCODE.TEXT, fin: false, payload: "a" });
const END = frame({ opcode: OPCODE.CONTINUATION, payload: "z" });

/** Makes an attack for each pair. */
function product<A, B>(
  left: readonly A[],
  right: readonly B[],
  make: (a: A, b: B) => Attack,
): Attack[] {
  return left.flatMap((a) => right.map((b) => make(a, b)));
}

/** Returns an invalid frame, once on its own and once within a fragmented message. */
function invalid(name: string, init: FrameInit): Attack[] {
  return [
    { name, send: frame(init) },
    { name: `${name}, between fragments`, send: Buffer.concat([START, frame(init), END]) },
  ];
}

describe("a frame", () => {
  testAttacks(
    "with a reserved opcode ends the connection with 1002",
    RESERVED.flatMap((opcode) =>
      [true, false].flatMap((fin) =>
        ["", "x", "x".repeat(126)].flatMap((payload) =>
          invalid(`opcode ${opcode}, fin ${fin}, ${payload.length} bytes`, {
            opcode,
            fin,
            payload,
          }),
        ),
      ),
    ),
    { expected: broken() },
  );

  /** All combinations of the three reserved bits, except none. */
  const bits = [1, 2, 3, 4, 5, 6, 7].map((set) => ({
    rsv1: (set & 1) > 0,
    rsv2: (set & 2) > 0,
    rsv3: (set & 4) > 0,
    text: `rsv ${set}`,
  }));
  const opcodes = Object.entries({ ...DATA, ...CONTROL, continuation: 0, reserved: 3 });
  const withBits = product(bits, opcodes, ({ text, ...rsv }, [name, opcode]) => ({
    name: `${name}, ${text}`,
    send: frame({ opcode, payload: opcode === OPCODE.CLOSE ? "" : "x", ...rsv }),
  }));
  testAttacks(
    "with a reserved bit ends the connection with 1002 if no extension is negotiated",
    withBits,
    { expected: broken() },
  );

  testAttacks(
    "with a reserved bit that permessage-deflate does not allow ends the connection with 1002",
    [
      ...bits
        .filter(({ rsv2, rsv3 }) => rsv2 || rsv3)
        .flatMap(({ text, ...rsv }) =>
          opcodes.map(([name, opcode]) => ({
            name: `${name}, ${text}`,
            send: frame({ opcode, payload: deflate("x"), ...rsv }),
          })),
        ),
      ...Object.entries(CONTROL).flatMap(([name, opcode]) =>
        invalid(`${name} with rsv1`, { opcode, rsv1: true }),
      ),
      {
        name: "continuation of a compressed message",
        send: Buffer.concat([
          frame({
            opcode: OPCODE.TEXT,
            rsv1: true,
            fin: false,
            payload: deflate("ab").subarray(0, 1),
          }),
          frame({ opcode: OPCODE.CONTINUATION, rsv1: true, payload: deflate("ab").subarray(1) }),
        ]),
      },
      {
        name: "continuation of a plain message",
        send: Buffer.concat([
          START,
          frame({ opcode: OPCODE.CONTINUATION, rsv1: true, payload: deflate("b") }),
        ]),
      },
    ],
    { ...DEFLATE, expected: broken() },
  );

  testAttacks(
    "that is masked ends the connection with 1002",
    product(opcodes, ["", "x", "x".repeat(126), "x".repeat(65_536)], ([name, opcode], payload) => ({
      name: `${name} of ${payload.length} bytes`,
      send: Buffer.concat([
        opcode === OPCODE.CONTINUATION ? START : Buffer.alloc(0),
        frame({ opcode, payload, mask: true }),
      ]),
    })),
    { expected: broken() },
  );
});

describe("a control frame", () => {
  testAttacks(
    "of more than 125 bytes ends the connection with 1002",
    product(
      Object.entries(CONTROL),
      [126, 127, 128, 65_535, 65_536, 1_000_000],
      ([name, opcode], size) => ({
        name: `${name} of ${size} bytes`,
        send: frame({ opcode, payload: new Uint8Array(size) }),
      }),
    ),
    { expected: broken() },
  );

  testAttacks(
    "whose length is not in its shortest form ends the connection with 1002",
    product(Object.entries(CONTROL), [16, 64] as const, ([name, opcode], lengthBits) => ({
      name: `${name} in ${lengthBits} bits`,
      send: frame({ opcode, lengthBits, payload: opcode === OPCODE.CLOSE ? "" : "x" }),
    })),
    { expected: broken() },
  );

  testAttacks(
    "in fragments ends the connection with 1002",
    product(Object.entries(CONTROL), ["", "xx"], ([name, opcode], payload) => ({
      name: `${name} of ${payload.length} bytes`,
      send: Buffer.concat([frame({ opcode, fin: false, payload }), END]),
    })),
    { expected: broken() },
  );
});

describe("fragments", () => {
  testAttacks(
    "with pings and pongs between them are joined",
    Object.entries(DATA).map(([name, opcode]) => ({
      name,
      send: Buffer.concat([
        frame({ opcode, fin: false, payload: "a" }),
        pingFrame("p"),
        frame({ opcode: OPCODE.CONTINUATION, fin: false }),
        pongFrame("p"),
        pingFrame(),
        END,
      ]),
      message: opcode === OPCODE.TEXT ? "az" : Buffer.from("az"),
    })),
    { expected: accepted("the message", "2 x pong, close with 1000") },
  );

  testAttacks(
    "with another message between them end the connection with 1002",
    product(Object.entries(DATA), Object.entries(DATA), ([outer, opcode], [inner, other]) => ({
      name: `${inner} in ${outer}`,
      send: Buffer.concat([
        frame({ opcode, fin: false, payload: "a" }),
        frame({ opcode: other, payload: "b" }),
        END,
      ]),
    })).concat(
      product(Object.entries(DATA), Object.entries(DATA), ([outer, opcode], [inner, other]) => ({
        name: `${inner} in ${outer}, both in fragments`,
        send: Buffer.concat([
          frame({ opcode, fin: false, payload: "a" }),
          frame({ opcode: other, fin: false, payload: "b" }),
          END,
          END,
        ]),
      })),
    ),
    { expected: broken() },
  );

  testAttacks(
    "without a first one end the connection with 1002",
    [
      { name: "one", send: END },
      { name: "one that is not the last", send: frame({ opcode: 0, fin: false, payload: "a" }) },
      { name: "an empty one", send: frame({ opcode: 0 }) },
      { name: "one with rsv1", send: frame({ opcode: 0, rsv1: true }) },
    ],
    { expected: broken() },
  );

  testAttacks(
    "after the last one of a message end the connection with 1002",
    [{ name: "text", send: Buffer.concat([START, END, END]), message: "az" }],
    { expected: broken(1002, "before, the message") },
  );
});

describe("a length", () => {
  testAttacks(
    "of a data frame is accepted if it is not in its shortest form",
    product(
      Object.entries(DATA),
      [
        [16, 0],
        [16, 1],
        [16, 125],
        [64, 0],
        [64, 125],
        [64, 126],
        [64, 65_535],
      ] as const,
      ([name, opcode], [lengthBits, size]) => {
        const text = "x".repeat(size);
        return {
          name: `${name} of ${size} bytes in ${lengthBits} bits`,
          send: frame({ opcode, lengthBits, payload: text }),
          message: opcode === OPCODE.TEXT ? text : Buffer.from(text),
        };
      },
    ),
    { expected: accepted() },
  );

  const LIMIT_BYTES = 1_000;
  testAttacks(
    "over readLimit ends the connection with 1009 as soon as the header has arrived",
    [
      1_001n,
      65_535n,
      65_536n,
      2n ** 31n - 1n,
      2n ** 31n,
      2n ** 32n - 1n,
      2n ** 32n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
    ].flatMap((length) =>
      Object.entries(DATA).map(([name, opcode]) => ({
        name: `${name} of ${length} bytes`,
        send: (peer) => peer.write(textFrame("before"), frame({ opcode, length })),
      })),
    ),
    { expected: TOO_BIG, options: { readLimit: LIMIT_BYTES } },
  );

  testAttacks(
    "that takes a fragmented message over readLimit ends the connection with 1009 as soon as the header has arrived",
    [0, 1, 500, LIMIT_BYTES].flatMap((size) =>
      [1, 65_536, 2 ** 40].map((excess) => ({
        name: `${size} bytes and then ${LIMIT_BYTES - size + excess}`,
        send: (peer) => {
          peer.write(
            textFrame("before"),
            frame({ opcode: OPCODE.BINARY, fin: false, payload: new Uint8Array(size) }),
            frame({ opcode: OPCODE.CONTINUATION, length: LIMIT_BYTES - size + excess }),
          );
        },
      })),
    ),
    { expected: TOO_BIG, options: { readLimit: LIMIT_BYTES } },
  );

  testAttacks(
    "at readLimit or below is accepted",
    [0, 1, 999, 1_000].map((size) => ({
      name: `${size} bytes`,
      send: binaryFrame(new Uint8Array(size)),
      message: new Uint8Array(size),
    })),
    { expected: accepted(), options: { readLimit: LIMIT_BYTES } },
  );

  testAttacks(
    "over 125 of a control frame ends the connection with 1002 as soon as the header has arrived",
    product(Object.entries(CONTROL), [126, 127], ([name, opcode], bits) => ({
      name: `${name} with length ${bits}`,
      send: (peer) => peer.write(textFrame("before"), Buffer.from([0x80 | opcode, bits])),
    })),
    { expected: broken() },
  );

  testAttacks(
    "that exceeds the bytes that arrive is reported as CONNECTION_LOST",
    [1, 2, 125, 126, 65_535, 65_536].flatMap((length) =>
      Object.entries(DATA).flatMap(([name, opcode]) =>
        [0, length - 1].map((size): Attack => ({
          name: `${name} of ${length} bytes, ${size} of them sent`,
          send: (peer) => {
            peer.write(textFrame("before"), frame({ opcode, length, payload: "x".repeat(size) }));
            peer.socket.end();
          },
        })),
      ),
    ),
    { expected: LOST },
  );

  testAttacks(
    "less than the payload ends the connection with 1002, because the remaining bytes are no valid frame",
    [
      {
        name: "text",
        send: frame({ opcode: OPCODE.TEXT, length: 1, payload: "xyz" }),
        message: "x",
      },
    ],
    { expected: broken(1002, "before, the message") },
  );

  testAttacks(
    "that is incomplete at the end of the TCP connection is reported as CONNECTION_LOST",
    [[0x81], [0x81, 126], [0x81, 126, 1], [0x82, 127, 0, 0, 0, 0, 0, 0, 0], [0x89]].map(
      (bytes) => ({
        name: bytes.join(" "),
        send: (peer) => {
          peer.write(textFrame("before"), Uint8Array.from(bytes));
          peer.socket.end();
        },
      }),
    ),
    { expected: LOST },
  );
});
