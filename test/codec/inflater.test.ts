import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WsError } from "../../src/node.js";
import { Inflater } from "../../src/codec/inflater.js";
import { Output } from "../../src/codec/output.js";
import { explore } from "../helpers/fuzz.js";
import { noise } from "../transport/support.js";
import { after, chain, DeflateWriter } from "./deflate-writer.js";
import type { Lengths } from "./deflate-writer.js";
import { changed, concat, prose, resultOf, utf8 } from "./support.js";

/** Inflated data, and the position at which the stream ends; undefined if it is invalid or truncated. */
type Result = { readonly data: string; readonly end: number } | undefined;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function byZlib(bytes: Uint8Array): Result {
  try {
    const { buffer, engine } = inflateRawSync(bytes, { info: true }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return { data: hex(buffer), end: engine.bytesWritten };
  } catch {
    return undefined;
  }
}

/** Inflates with the tested inflater, in pieces of these sizes, which are used in turn. */
function byOurs(bytes: Uint8Array, sizes: readonly number[] = [Infinity]): Result {
  const inflater = new Inflater();
  const output = new Output("test", 100_000_000);
  const result = resultOf(() => {
    for (let at = 0, n = 0; ; n++) {
      const size = sizes[n % sizes.length] as number;
      const piece = bytes.subarray(at, at + size);
      const end = at + inflater.feed(piece, 0, output);
      if (inflater.hasEnded) return end;
      if ((at += piece.length) >= bytes.length) return undefined;
    }
  });
  if (result === undefined || WsError.is(result)) return undefined;
  return { data: hex(output.take()), end: result };
}

const plains = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }),
  fc
    .tuple(fc.nat(100_000), fc.integer({ min: 1, max: 4 }))
    .map(([size, seed]) => noise(size, seed)),
  fc.nat(5_000).map((size) => utf8(prose(size))),
  // Short repeated parts produce matches that overlap themselves.
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(2_000))
    .map(([part, times]) => concat(...Array.from({ length: times }, () => part))),
);

const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.integer({ min: 0, max: 4 }),
});

const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7)), {
  maxLength: 3,
});

describe("the inflater", () => {
  test("accepts, rejects and ends like zlib, however its input is split", async (context) => {
    await explore(context, {
      claim: "same result as zlib",
      runs: 600,
      given: fc.record({
        plain: plains,
        settings,
        // Raised to a power, the positions are closer to the start, where changes have more effect.
        flips: fc.tuple(flips, fc.constantFrom(1, 3)),
        rest: fc.uint8Array({ maxLength: 9 }),
        sizes: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
      }),
      meets: ["accepted", "refused"],
      check({ plain, settings, flips: [flips, power], rest, sizes }) {
        let packed = concat(deflateRawSync(plain, settings));
        for (const [place, bit] of flips) {
          const at = Math.floor(place ** power * (packed.length - 1));
          packed = changed(packed, at, (byte) => byte ^ (1 << bit));
        }
        const bytes = concat(packed, rest);
        const expected = byZlib(bytes);
        expect(byOurs(bytes)).toEqual(expected);
        expect(byOurs(bytes, sizes)).toEqual(expected);
        return [expected ? "accepted" : "refused"];
      },
    });
  });

  test("inflates data that is flushed after every byte, at every level", () => {
    for (let level = 0; level <= 9; level++) {
      for (const finishFlush of [constants.Z_SYNC_FLUSH, constants.Z_FULL_FLUSH]) {
        const flushed = utf8(prose(300)).reduce<Uint8Array[]>((all, byte) => {
          const part = deflateRawSync(Uint8Array.of(byte), { level, memLevel: 1, finishFlush });
          return [...all, part];
        }, []);
        const bytes = concat(...flushed, Uint8Array.of(3, 0));
        expect(byOurs(bytes)).toEqual({ data: hex(utf8(prose(300))), end: bytes.length });
      }
    }
  });

  test.each([32_767, 32_768, 32_769, 65_279, 65_280, 100_000])(
    "resolves a reference over 32768 bytes, or to the first byte, after %i bytes",
    (size) => {
      const plain = noise(size);
      const writer = new DeflateWriter();
      for (let at = 0; at < size; at += 65_535) writer.stored(plain.subarray(at, at + 65_535));
      const distance = Math.min(size, 32_768);
      // Symbol 257 is a length of 3, and distance symbol 29 is a distance of 24577 or more.
      writer.fixed(true, 257).put(0b10111, 5);
      const bytes = writer
        .put(distance - 24_577, 13)
        .end()
        .done();
      const copied = plain.subarray(size - distance).subarray(0, 3);
      expect(byOurs(bytes)?.data).toBe(hex(concat(plain, copied)));
      expect(byOurs(bytes)).toEqual(byZlib(bytes));
    },
  );
});

/** Codes of two symbols, with one bit each. */
const LITERAL_AND_END = after(255, 1, 1);
const END_AND_LENGTH = after(256, 1, 1);
const CODE_OF_15_BITS = after(241, ...chain(15));

const twoCodes = (writer: DeflateWriter, distances: Lengths): DeflateWriter =>
  writer.dynamic(true, LITERAL_AND_END, distances).symbol(LITERAL_AND_END, 256);

/** Writes `size` bytes and a match of 3 bytes. `distance` has its five bits reversed, as `put` needs. */
const match = (writer: DeflateWriter, size: number, distance: number, extra = 0): DeflateWriter =>
  writer.stored(noise(size)).fixed(true, 257).put(distance, 5).put(0, extra).end();

type Edge = readonly [what: string, isValid: boolean, write: (writer: DeflateWriter) => unknown];

const EDGES: readonly Edge[] = [
  ["complete codes", true, (writer) => twoCodes(writer, [1, 1])],
  [
    "codes of 15 bits",
    true,
    (writer) => writer.dynamic(true, CODE_OF_15_BITS, chain(15)).symbol(CODE_OF_15_BITS, 256),
  ],
  ["too many codes", false, (writer) => writer.dynamic(true, after(254, 1, 1, 1), [1]).put(0, 9)],
  ["too few codes", false, (writer) => writer.dynamic(true, after(255, 2, 1), [1]).put(0, 9)],
  ["one code of one bit", true, (writer) => writer.dynamic(true, after(256, 1), [1]).put(0, 1)],
  ["one code of two bits", false, (writer) => writer.dynamic(true, after(256, 2), [1]).put(0, 9)],
  [
    "a code without an end of the block",
    false,
    (writer) => writer.dynamic(true, after(254, 1, 1, 0), [1]),
  ],
  ["no distance code", true, (writer) => twoCodes(writer, [0])],
  ["one distance code of one bit", true, (writer) => twoCodes(writer, [1])],
  ["one distance code of two bits", false, (writer) => twoCodes(writer, [2])],
  ["too many distance codes", false, (writer) => twoCodes(writer, [1, 1, 1])],
  [
    "286 literal and length codes",
    true,
    (writer) =>
      writer.dynamic(true, after(255, 1, 1, ...after(29)), [1]).symbol(LITERAL_AND_END, 256),
  ],
  [
    "287 literal and length codes",
    false,
    (writer) =>
      writer.dynamic(true, after(255, 1, 1, ...after(30)), [1]).symbol(LITERAL_AND_END, 256),
  ],
  ["30 distance codes", true, (writer) => twoCodes(writer, after(29, 1))],
  ["31 distance codes", false, (writer) => twoCodes(writer, after(30, 1))],
  [
    "a repeat up to the last length",
    true,
    (writer) =>
      writer
        .header(true, 257, 4, [[18, 127], [18, 106], [1], [1], [2], [16, 0]])
        .symbol(LITERAL_AND_END, 256),
  ],
  [
    "a repeat beyond the last length",
    false,
    (writer) =>
      writer
        .header(true, 257, 3, [[18, 127], [18, 106], [1], [1], [2], [16, 0]])
        .symbol(LITERAL_AND_END, 256),
  ],
  [
    "a repeat of a length before the first",
    false,
    (writer) => writer.header(true, 257, 1, [[16, 0], [18, 127], [18, 103], [1], [1], [1]]),
  ],
  [
    "too few codes for code lengths",
    false,
    (writer) => writer.header(true, 257, 1, [[18, 127]], after(17, 2, 2)).put(0, 99),
  ],
  [
    "one code for code lengths",
    false,
    (writer) => writer.header(true, 257, 1, [[18, 127]], after(18, 1)).put(0, 99),
  ],
  ["no code for code lengths", false, (writer) => writer.header(true, 257, 1, [], after(19))],
  ["an unused code", false, (writer) => writer.dynamic(true, after(256, 1), [1]).put(1, 20)],
  [
    "an unused distance code",
    false,
    (writer) => writer.dynamic(true, END_AND_LENGTH, [0]).symbol(END_AND_LENGTH, 257).put(0, 20),
  ],
  [
    "the last length symbol",
    true,
    (writer) => writer.stored(noise(9)).fixed(true, 285).put(0, 5).end(),
  ],
  ["length symbol 286", false, (writer) => writer.stored(noise(9)).fixed(true, 286).put(0, 20)],
  ["length symbol 287", false, (writer) => writer.stored(noise(9)).fixed(true, 287).put(0, 20)],
  ["distance symbol 29", true, (writer) => match(writer, 25_000, 0b10111, 13)],
  ["distance symbol 30", false, (writer) => match(writer, 25_000, 0b01111, 14)],
  ["distance symbol 31", false, (writer) => match(writer, 25_000, 0b11111, 14)],
  ["a distance to the first byte", true, (writer) => match(writer, 4, 0b11000)],
  ["a distance to before the first byte", false, (writer) => match(writer, 3, 0b11000)],
  ["a stored block", true, (writer) => writer.stored(noise(10), true)],
  ["an empty stored block", true, (writer) => writer.stored(new Uint8Array(), true)],
  ["a stored block of 65535 bytes", true, (writer) => writer.stored(noise(65_535), true)],
  ["a stored block with a wrong length", false, (writer) => writer.stored(noise(10), true, 10)],
  ["the reserved block type", false, (writer) => writer.put(7, 3)],
];

for (const [what, isValid, write] of EDGES) {
  const claim = `the inflater ${isValid ? "accepts" : "rejects"} ${what}`;
  test(`${claim}, like zlib, in one piece and byte by byte`, () => {
    const writer = new DeflateWriter();
    write(writer);
    const bytes = writer.done();
    const expected = byZlib(bytes);
    expect(expected !== undefined).toBe(isValid);
    expect(byOurs(bytes)).toEqual(expected);
    expect(byOurs(bytes, [1])).toEqual(expected);
  });
}
