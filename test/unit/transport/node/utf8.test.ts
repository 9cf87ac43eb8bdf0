import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { decodeUtf8, Utf8Validator } from "../../../../src/transport/node/utf8.js";
import { Random } from "../../../helpers/unit-random.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text that the platform decodes; `undefined` if it had to replace anything. */
function decoded(bytes: readonly number[] | Buffer): string | undefined {
  // Option `fatal` says the same, but an exception for each of so many would take minutes.
  const text = decoder.decode(Uint8Array.from(bytes));
  return Buffer.from(text).equals(Uint8Array.from(bytes)) ? text : undefined;
}

/** Each valid beginning of a sequence becomes valid with one of these. */
const COMPLETIONS = [
  [],
  ...[0x80, 0xa0].flatMap((second) => [[second], [second, 0x80], [second, 0x80, 0x80]]),
];

/** True if a valid text may begin like this. */
function mayBegin(bytes: readonly number[]): boolean {
  return COMPLETIONS.some((rest) => decoded([...bytes, ...rest]) !== undefined);
}

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** The bytes around each bound of RFC 3629's ranges. */
const EDGES = [
  ...[0x00, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
  ...[0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff],
];

/**
 * All sequences of up to four bytes: each first one and, but for the longest, each second one; the others
 * are those on the edges. Of those that begin wrong, which nothing can mend, only the shortest.
 */
function* sequences(before: readonly number[] = []): Iterable<readonly number[]> {
  const isShort = before.length === 0 || (before.length === 1 && (before[0] as number) < 0xf0);
  for (const byte of isShort ? ALL_BYTES : EDGES) {
    const bytes = [...before, byte];
    yield bytes;
    const isBegun = bytes.length < 4 && decoded(bytes) === undefined && mayBegin(bytes);
    if (isBegun) yield* sequences(bytes);
  }
}

/** All ways to cut bytes into parts. */
function* cuts(bytes: Buffer): Iterable<readonly Buffer[]> {
  for (let size = 1; size < bytes.length; size++) {
    for (const rest of cuts(bytes.subarray(size))) yield [bytes.subarray(0, size), ...rest];
  }
  yield [bytes];
}

describe("text as UTF-8", () => {
  test("is decoded as TextDecoder does, or refused with it, for all sequences", () => {
    let count = 0;
    const wrong: string[] = [];
    for (const sequence of sequences()) {
      count++;
      // Within others, by its offsets.
      const bytes = Buffer.from([0xff, ...sequence, 0xff]);
      const text = decodeUtf8(bytes, 1, bytes.length - 1);
      if (text !== decoded(sequence)) wrong.push(bytes.toString("hex"));
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(20_000);
  });

  test("is validated in parts, at the byte that is wrong, for all sequences cut anywhere", () => {
    const wrong: string[] = [];
    for (const sequence of sequences()) {
      const text = Buffer.from(sequence);
      const expected = mayBegin(sequence);
      for (const parts of cuts(text)) {
        const validator = new Utf8Validator();
        const last = parts.length - 1;
        const accepted = parts.map((part) => validator.accepts(part));
        const isComplete = expected && validator.isComplete;
        // Only the last byte of these sequences may be wrong.
        const isAsExpected = accepted.every((one, i) => one === (expected || i < last));
        if (!isAsExpected || isComplete !== (decoded(text) !== undefined)) {
          wrong.push(parts.map((part) => part.toString("hex")).join(" "));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(["", "\ufeffa", "a\ufffdb", "\u{10ffff}\0", "é€😀".repeat(100)])(
    "is decoded whole, be it %j",
    (text) => {
      const bytes = Buffer.from(text);
      expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
    },
  );

  test("that is valid is accepted in any parts, of which some are empty", () => {
    const random = new Random(14);
    const text = Buffer.from("aé€😀\ufffd\ufeff\u{10ffff}".repeat(10));
    for (let i = 0; i < 300; i++) {
      const validator = new Utf8Validator();
      const wrong: number[] = [];
      for (let at = 0; at < text.length;) {
        const end = at + random.below(6);
        const isAccepted = validator.accepts(text.subarray(at, end));
        const isBetween = decoded(text.subarray(0, end)) !== undefined;
        if (!isAccepted || validator.isComplete !== isBetween) wrong.push(end);
        at = end;
      }
      expect(wrong).toEqual([]);
    }
  });
});
