import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { decodeUtf8, Utf8Validator } from "../../../../src/transport/node/utf8.js";
import { Random } from "../../../helpers/unit-random.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Returns the text that the platform decodes, or `undefined` if the bytes are not UTF-8. */
function decoded(bytes: readonly number[] | Buffer): string | undefined {
  // Option `fatal` would be equivalent, but an exception for each invalid sequence would take minutes.
  const text = decoder.decode(Uint8Array.from(bytes));
  return Buffer.from(text).equals(Uint8Array.from(bytes)) ? text : undefined;
}

/** Endings of which at least one completes each valid beginning of a sequence. */
const COMPLETIONS = [
  [],
  ...[0x80, 0xa0].flatMap((second) => [[second], [second, 0x80], [second, 0x80, 0x80]]),
];

/** True if a valid text may begin with these bytes. */
function mayBegin(bytes: readonly number[]): boolean {
  return COMPLETIONS.some((rest) => decoded([...bytes, ...rest]) !== undefined);
}

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** The bytes around each limit of RFC 3629's ranges. */
const EDGES = [
  ...[0x00, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
  ...[0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff],
];

interface Sequence {
  readonly bytes: readonly number[];
  /** The text that the platform decodes, or `undefined` if the bytes are not UTF-8. */
  readonly text: string | undefined;
  /** True if a valid text may begin with these bytes. */
  readonly isBeginning: boolean;
}

/**
 * Yields sequences of up to four bytes: with every first byte and, except in sequences of four, every
 * second byte. All other bytes are from `EDGES`. An invalid beginning is not continued.
 */
function* sequences(before: readonly number[] = []): Iterable<Sequence> {
  const isShort = before.length === 0 || (before.length === 1 && (before[0] as number) < 0xf0);
  for (const byte of isShort ? ALL_BYTES : EDGES) {
    const bytes = [...before, byte];
    const text = decoded(bytes);
    const isBeginning = text !== undefined || mayBegin(bytes);
    yield { bytes, text, isBeginning };
    if (bytes.length < 4 && text === undefined && isBeginning) yield* sequences(bytes);
  }
}

/** The sequences with the platform's verdicts, which take longer than the tests. */
const SEQUENCES = [...sequences()];

/** Yields all ways to split bytes into parts. */
function* cuts(bytes: Buffer): Iterable<readonly Buffer[]> {
  for (let size = 1; size < bytes.length; size++) {
    for (const rest of cuts(bytes.subarray(size))) yield [bytes.subarray(0, size), ...rest];
  }
  yield [bytes];
}

describe("text as UTF-8", () => {
  test("is decoded or rejected as by TextDecoder, for all sequences", () => {
    const wrong: string[] = [];
    for (const sequence of SEQUENCES) {
      // Surrounding bytes check that the offsets are used.
      const bytes = Buffer.from([0xff, ...sequence.bytes, 0xff]);
      const text = decodeUtf8(bytes, 1, bytes.length - 1);
      if (text !== sequence.text) wrong.push(bytes.toString("hex"));
    }
    expect(wrong).toEqual([]);
    expect(SEQUENCES.length).toBeGreaterThan(20_000);
  });

  test("is validated in parts up to the invalid byte, for all sequences split anywhere", () => {
    const wrong: string[] = [];
    for (const { bytes, text, isBeginning } of SEQUENCES) {
      for (const parts of cuts(Buffer.from(bytes))) {
        const validator = new Utf8Validator();
        const last = parts.length - 1;
        const accepted = parts.map((part) => validator.accepts(part));
        const isComplete = isBeginning && validator.isComplete;
        // Only the last byte of these sequences may be invalid.
        const isAsExpected = accepted.every((one, i) => one === (isBeginning || i < last));
        if (!isAsExpected || isComplete !== (text !== undefined)) {
          wrong.push(parts.map((part) => part.toString("hex")).join(" "));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(["", "\ufeffa", "a\ufffdb", "\u{10ffff}\0", "é€😀".repeat(100)])(
    "is decoded completely: %j",
    (text) => {
      const bytes = Buffer.from(text);
      expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
    },
  );

  test("that is valid is accepted in any parts, including empty ones", () => {
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
