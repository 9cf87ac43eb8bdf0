import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import type { ZlibOptions } from "node:zlib";
import { beforeAll, describe, expect } from "vitest";
import { DEFLATE, testAttacks } from "../helpers/adversary.js";
import type { Attack } from "../helpers/adversary.js";
import { deflatedZeros } from "../helpers/deflated-zeros.js";
import { deflate, fragments, frame, inflate, OPCODE, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { accepted, broken, closedByClient, TOO_BIG } from "../helpers/verdict.js";
import { noise } from "../transport/support.js";

checkLeaks();

const MIB = 1_048_576;
const TEXT = "a text, a text, and another text: äöü €€€ ".repeat(10);
const ZERO = Uint8Array.of(0);

/** Returns a frame whose RSV1 bit marks it as compressed. */
function compressed(payload: Uint8Array, opcode: number = OPCODE.TEXT): Buffer {
  return frame({ opcode, rsv1: true, payload });
}

/** Deflates with these options, and removes the last four bytes (RFC 7692 section 7.2.1). */
function deflateWith(text: string | Uint8Array, options: ZlibOptions): Buffer {
  const flushed = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, ...options });
  return flushed.subarray(0, flushed.length - 4);
}

/** Deflates, and ends with a final block (BFINAL). */
function finished(text: string | Uint8Array, options: ZlibOptions = {}): Buffer {
  return deflateRawSync(text, options);
}

/** Deflates the parts as one stream, so that each has the previous ones as its context. */
async function stream(parts: readonly (string | Uint8Array)[]): Promise<Buffer[]> {
  const zlib = createDeflateRaw();
  const out: Buffer[] = [];
  for (const part of parts) {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): number => chunks.push(chunk);
    zlib.on("data", onData);
    zlib.write(part);
    await new Promise<void>((resolve) => zlib.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    zlib.off("data", onData);
    out.push(Buffer.concat(chunks).subarray(0, -4));
  }
  zlib.close();
  return out;
}

describe("a compressed message", async () => {
  const tail = Buffer.from([0, 0, 0xff, 0xff]);
  const strategies = {
    "only Huffman codes": constants.Z_HUFFMAN_ONLY,
    "fixed codes": constants.Z_FIXED,
    runs: constants.Z_RLE,
    filtered: constants.Z_FILTERED,
  };
  const ways: Record<string, Buffer> = {
    ...Object.fromEntries(
      [0, 1, 6, 9].map((level) => [`level ${level}`, deflateWith(TEXT, { level })]),
    ),
    ...Object.fromEntries(
      Object.entries(strategies).map(([name, strategy]) => [name, deflateWith(TEXT, { strategy })]),
    ),
    "window of 512 bytes": deflateWith(TEXT, { windowBits: 9 }),
    "a full flush": deflateWith(TEXT, { finishFlush: constants.Z_FULL_FLUSH }),
    "the last four bytes not removed": Buffer.concat([deflate(TEXT), tail]),
    "empty blocks after it": Buffer.concat([deflate(TEXT), tail, ZERO, tail, ZERO]),
    "a final block": Buffer.concat([finished(TEXT), ZERO]),
    "a final block and nothing after it": finished(TEXT),
    "a final stored block": Buffer.concat([finished(TEXT, { level: 0 }), ZERO]),
    "several blocks": Buffer.concat([deflate(TEXT.slice(0, 99)), tail, deflate(TEXT.slice(99))]),
  };
  testAttacks(
    "is accepted in every encoding of deflate",
    Object.entries(ways).flatMap(([name, payload]): Attack[] => [
      { name, send: compressed(payload), message: TEXT },
      {
        name: `${name}, in fragments`,
        send: Buffer.concat(fragments(OPCODE.TEXT, payload, 10, { compressed: true })),
        message: TEXT,
      },
    ]),
    { ...DEFLATE, expected: accepted() },
  );

  testAttacks(
    "is accepted if it is empty",
    [
      { name: "the usual encoding", send: compressed(ZERO) },
      { name: "a fixed block", send: compressed(Uint8Array.of(2, 0)) },
      { name: "a final block", send: compressed(Uint8Array.of(3, 0)) },
      { name: "with no bytes at all", send: compressed(new Uint8Array()) },
      {
        name: "in empty fragments",
        send: Buffer.concat([
          frame({ opcode: OPCODE.TEXT, rsv1: true, fin: false }),
          frame({ opcode: OPCODE.CONTINUATION, fin: false }),
          frame({ opcode: OPCODE.CONTINUATION, payload: ZERO }),
        ]),
      },
    ].map((one) => ({ ...one, message: "" })),
    { ...DEFLATE, expected: accepted() },
  );

  /** Returns the message in one frame and in two fragments, with the bytes `rest` after a final block. */
  const afterFinalBlock = (name: string, rest: Uint8Array): Attack[] => [
    { name, send: compressed(Buffer.concat([finished(TEXT), rest])) },
    {
      name: `${name}, in another fragment`,
      send: Buffer.concat([
        frame({ opcode: OPCODE.TEXT, rsv1: true, fin: false, payload: finished(TEXT) }),
        frame({ opcode: OPCODE.CONTINUATION, payload: rest }),
      ]),
    },
  ];
  testAttacks(
    "is accepted with more blocks after a final one (RFC 7692 section 7.2.3.4)",
    [
      ...afterFinalBlock("a block", deflate("more")),
      ...afterFinalBlock("another final block", Buffer.concat([finished("more"), ZERO])),
      ...afterFinalBlock("another final block and nothing after it", finished("more")),
    ].map((one) => ({ ...one, message: `${TEXT}more` })),
    { ...DEFLATE, expected: accepted() },
  );

  testAttacks(
    "ends the connection with 1007 if random bytes follow a final block",
    afterFinalBlock("noise", noise(100)),
    {
      ...DEFLATE,
      expected: broken(1007),
    },
  );

  const final = compressed(Buffer.concat([finished(TEXT), ZERO]));
  const bare = compressed(finished(TEXT));
  testAttacks(
    "is accepted after a message that ended with a final block",
    [
      ["the same", final, final],
      ["one flushed", final, compressed(deflate(TEXT))],
      ["the same, without a block after the final one", bare, bare],
      ["one flushed, without a block after the final one", bare, compressed(deflate(TEXT))],
    ].map(([name, ...two]) => ({
      name: name as string,
      send: Buffer.concat(two as Buffer[]),
      message: TEXT,
    })),
    { ...DEFLATE, expected: accepted("2 x the message") },
  );

  testAttacks(
    "ends the connection with 1007 if it is not deflate data",
    [
      ["a block of the reserved type", [7]],
      ["a stored block whose lengths disagree", [0, 5, 0, 0, 0, 1, 2, 3, 4, 5]],
      ["a reference to before the beginning", [0x4b, 0x04, 0x62, 0x00]],
      ["invalid Huffman codes", [4, 0xff, 0xff, 0xff, 0xff]],
      ["all ones", [0xff, 0xff, 0xff]],
      ["a zlib header", [0x78, 0x9c, ...deflate(TEXT)]],
      ["a gzip header", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, ...deflate(TEXT)]],
      ["plain text", [...Buffer.from(TEXT)]],
    ].map(([name, bytes]) => ({
      name: String(name),
      send: compressed(Uint8Array.from(bytes as number[])),
    })),
    { ...DEFLATE, expected: broken(1007) },
  );

  testAttacks(
    // A message has no checksum, so noise that happens to be valid deflate data is accepted.
    "of random bytes is rejected with 1007, or accepted if the bytes are valid deflate data",
    [1, 2, 3, 5, 8, 13, 100, 1_000].flatMap((size) =>
      Array.from({ length: 50 }, (_, seed) => ({
        name: `${size} bytes, seed ${seed}`,
        send: compressed(noise(size, seed + 1), OPCODE.BINARY),
      })),
    ),
    { ...DEFLATE, expected: [broken(1007), accepted("a binary message")] },
  );

  const long = deflate(noise(300));
  testAttacks(
    "that is truncated is rejected with 1007, or delivered as far as it can be inflated",
    [...long.keys()].map((size) => ({
      name: `${size} of ${long.length} bytes`,
      send: compressed(long.subarray(0, size), OPCODE.BINARY),
    })),
    { ...DEFLATE, expected: [broken(1007), accepted("a binary message")] },
  );

  const whole = await stream(["x", "x", "x"]);
  testAttacks(
    // Cowboy and Mojolicious send this instead of a second empty message.
    "without any bytes is delivered as an empty message and keeps the context",
    [
      {
        name: "between other messages",
        send: Buffer.concat(
          whole.flatMap((part) => [compressed(part), compressed(new Uint8Array())]),
        ),
        message: "x",
      },
    ],
    {
      ...DEFLATE,
      expected: accepted(Array<string>(3).fill("the message, a text message").join(", ")),
    },
  );

  testAttacks(
    "is accepted between uncompressed messages",
    [
      {
        name: "alternating",
        send: Buffer.concat([
          textFrame("x"),
          compressed(deflate("x")),
          textFrame("x"),
          compressed(deflate("x")),
        ]),
        message: "x",
      },
    ],
    { ...DEFLATE, expected: accepted("4 x the message") },
  );
});

describe("a compressed message that refers to earlier data", async () => {
  const same = noise(1_000);
  const [first = ZERO, second = ZERO] = await stream([same, same]);
  const twice = Buffer.concat([first, second].map((one) => compressed(one, OPCODE.BINARY)));

  testAttacks(
    "of the previous message is accepted",
    [{ name: "the same twice", send: twice, message: same }],
    {
      ...DEFLATE,
      expected: accepted("2 x the message"),
    },
  );

  testAttacks(
    "of the previous message ends the connection with 1007 if server_no_context_takeover is negotiated",
    [{ name: "the same twice", send: twice, message: same }],
    {
      options: { compression: 2 },
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover" },
      expected: broken(1007, "before, the message"),
    },
  );

  testAttacks(
    // A final block ends the context (RFC 7692 section 7.2.3.4).
    "before a final block ends the connection with 1007",
    [
      {
        name: "the same again",
        send: Buffer.concat([
          compressed(Buffer.concat([finished(same), ZERO]), OPCODE.BINARY),
          compressed(second, OPCODE.BINARY),
        ]),
        message: same,
      },
    ],
    { ...DEFLATE, expected: broken(1007, "before, the message") },
  );

  // The repeated data is 21,000 bytes apart.
  const far = Buffer.concat([same, noise(20_000, 2), same]);
  const [one = ZERO, between = ZERO, again = ZERO] = await stream([same, noise(20_000, 2), same]);
  /** Repeats an attack for several window sizes that the server promises and exceeds. */
  const beyond = (name: string, send: Uint8Array, message: Uint8Array): Attack[] =>
    [8, 9, 12, 14].map((bits) => ({
      name: `${name}, ${bits} bits`,
      answer: (peer) =>
        peer.accept({
          "Sec-WebSocket-Extensions": `permessage-deflate; server_max_window_bits=${bits}`,
        }),
      send,
      message,
    }));
  testAttacks(
    // zlib resolves references in its output buffer before those in its window.
    "of the same message is accepted even beyond the negotiated window",
    beyond("within a message", compressed(deflate(far), OPCODE.BINARY), far),
    { options: DEFLATE.options, expected: accepted() },
  );
  testAttacks(
    "of an earlier message, beyond the negotiated window, ends the connection with 1007",
    beyond(
      "to the message before the last",
      Buffer.concat([one, between, again].map((part) => compressed(part, OPCODE.BINARY))),
      same,
    ),
    { options: DEFLATE.options, expected: broken(1007, "before, the message, a binary message") },
  );

  testAttacks(
    "20,000 bytes back is accepted with the default window of 32 KiB",
    [{ name: "within 32 KiB", send: compressed(deflate(far), OPCODE.BINARY), message: far }],
    { ...DEFLATE, expected: accepted() },
  );
});

describe("a decompression bomb", () => {
  const bomb = bombOf(128);
  const small = deflate(new Uint8Array(4 * MIB));
  const attacks: Attack[] = [
    { name: "1 GiB of zeros in 1 MiB", send: compressed(bomb, OPCODE.BINARY) },
    { name: "1 GiB of NULs as a text", send: compressed(bomb) },
    {
      name: "1 GiB in fragments of 1 KiB",
      send: Buffer.concat(fragments(OPCODE.BINARY, bomb, 1_024, { compressed: true })),
    },
    {
      name: "1 GiB in fragments of 64 KiB",
      send: Buffer.concat(fragments(OPCODE.BINARY, bomb, 65_536, { compressed: true })),
    },
  ];
  beforeAll(() => {
    expect(bomb.length).toBeLessThan(MIB);
    // The bomb repeats one part, so two repetitions show what all of them inflate to.
    expect(inflate(bombOf(2)).equals(Buffer.alloc(16 * MIB))).toBe(true);
  });

  testAttacks("is stopped at the default readLimit of 16 MiB", attacks, {
    ...DEFLATE,
    expected: TOO_BIG,
    memory: 96 * MIB,
    bound: 20_000,
  });

  testAttacks(
    "is stopped at a readLimit of 1,000 bytes",
    [
      { name: "4 MiB in 4 KiB", send: compressed(small, OPCODE.BINARY) },
      {
        name: "4 MiB in fragments of 1 byte",
        send: Buffer.concat(fragments(OPCODE.BINARY, small, 1, { compressed: true })),
      },
    ],
    {
      headers: DEFLATE.headers,
      options: { compression: 1, readLimit: 1_000 },
      expected: TOO_BIG,
      memory: 16 * MIB,
      bound: 20_000,
    },
  );

  testAttacks(
    "that is compressed twice is inflated only once",
    [
      {
        name: "deflated twice",
        send: compressed(deflate(bomb), OPCODE.BINARY),
        message: bomb,
      },
    ],
    { ...DEFLATE, expected: accepted(), memory: 64 * MIB },
  );

  const limit = 16 * MIB;
  testAttacks(
    "of 100 messages below readLimit ends the connection at bufferLimit",
    [
      {
        name: "100 of 4 MiB",
        send: Buffer.concat(Array.from({ length: 100 }, () => compressed(small, OPCODE.BINARY))),
        message: new Uint8Array(4 * MIB),
      },
    ],
    {
      headers: DEFLATE.headers,
      options: { compression: 1, backpressure: "buffer", bufferLimit: limit },
      expected: closedByClient(1008, "SLOW_CONSUMER", "before, 3 x the message"),
      memory: 96 * MIB,
      bound: 20_000,
    },
  );
});

/** Returns one deflated message of `count` times 8 MiB of zeros. */
function bombOf(count: number): Buffer {
  return deflatedZeros(8 * MIB, count).subarray(0, -4);
}
