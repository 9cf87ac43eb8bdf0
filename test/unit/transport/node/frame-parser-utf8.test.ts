import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { binaryFrame, fragments, frame, OPCODE, textFrame } from "../../../helpers/frames.js";
import {
  Bench,
  eventsOf,
  firstFragment,
  lastFragment,
  WITH_COMPRESSION,
} from "./frame-parser-bench.js";

const { CONTINUATION, TEXT } = OPCODE;

describe("text that is not UTF-8", () => {
  /** Invalid sequences, and the index of the first byte that no valid text has there. */
  const rows: readonly (readonly [name: string, bytes: readonly number[], wrongAt: number])[] = [
    ["a lone continuation byte", [0x80], 0],
    ["a byte that never occurs in UTF-8", [0xff], 0],
    ["C0, an overlong form", [0xc0, 0x80], 0],
    ["C1, an overlong form", [0xc1, 0xbf], 0],
    ["E0 80, an overlong form", [0xe0, 0x80, 0x80], 1],
    ["F0 8F, an overlong form", [0xf0, 0x8f, 0xbf, 0xbf], 1],
    ["a surrogate", [0xed, 0xa0, 0x80], 1],
    ["F4 90, above U+10FFFF (Autobahn 6.4)", [0xf4, 0x90, 0x80, 0x80], 1],
    ["F5", [0xf5, 0x80, 0x80, 0x80], 0],
    ["a truncated sequence of two bytes", [0xc3, 0x41], 1],
    ["a truncated sequence of three bytes", [0xe2, 0x82, 0x41], 2],
    ["a truncated sequence of four bytes", [0xf0, 0x9f, 0x98, 0x41], 3],
    ["a sequence that is interrupted by another one", [0xe2, 0xc3, 0xa4], 1],
  ];
  const before = Buffer.from("κόσμε");
  const after = Buffer.from("edited");

  describe.each(rows)("%s", (_, bytes, wrongAt) => {
    const text = Buffer.concat([before, Buffer.from(bytes), after]);
    const wrong = before.length + wrongAt;

    test("is a fault in a whole frame", () => {
      expect(eventsOf(textFrame(text))).toEqual(["fault 1007"]);
    });

    test("is a fault at its first invalid byte in an incomplete frame", () => {
      const bench = new Bench().push(textFrame(text).subarray(0, 2));
      for (let i = 0; i < wrong; i++) bench.push(text.subarray(i, i + 1));
      expect(bench.events).toEqual([]);
      expect(bench.push(text.subarray(wrong, wrong + 1)).events).toEqual(["fault 1007"]);
    });

    test("is a fault at its first invalid byte, wherever the frame is split before it", () => {
      for (let at = 2; at < wrong + 2; at++) {
        const bench = new Bench().push(textFrame(text).subarray(0, at));
        expect(bench.events).toEqual([]);
        bench.push(textFrame(text).subarray(at, wrong + 3));
        expect(bench.events).toEqual(["fault 1007"]);
      }
    });

    test("is a fault at its first invalid byte, wherever the message is fragmented", () => {
      for (let at = 0; at <= wrong; at++) {
        const bench = new Bench().push(firstFragment(text.subarray(0, at)));
        expect(bench.events).toEqual([]);
        const rest = frame({ opcode: CONTINUATION, fin: false, payload: text.subarray(at) });
        // The 2 bytes of the header and the payload before the invalid byte.
        bench.push(rest.subarray(0, 2 + wrong - at));
        expect(bench.events).toEqual([]);
        bench.push(rest.subarray(2 + wrong - at, 3 + wrong - at));
        expect(bench.events).toEqual(["fault 1007"]);
      }
    });

    test("is accepted in a binary or a compressed message", () => {
      const parts = fragments(TEXT, text, 3, { compressed: true });
      expect(eventsOf(Buffer.concat(parts), WITH_COMPRESSION)).toHaveLength(1);
      expect(new Bench().pushBytes(binaryFrame(text)).events).toEqual([
        `binary ${text.toString("latin1")}`,
      ]);
    });
  });

  test.each(["é", "€", "😀"])("includes text that ends within %s", (character) => {
    const bytes = Buffer.from(character);
    for (let size = 1; size < bytes.length; size++) {
      const part = bytes.subarray(0, size);
      expect(eventsOf(textFrame(part))).toEqual(["fault 1007"]);
      expect(new Bench().pushBytes(textFrame(part)).events).toEqual(["fault 1007"]);
      const parts = new Bench().push(firstFragment(part));
      expect(parts.events).toEqual([]);
      expect(parts.push(lastFragment()).events).toEqual(["fault 1007"]);
    }
  });

  test("does not include text with the replacement character", () => {
    expect(eventsOf(textFrame("a\ufffdb"))).toEqual(["text 5 a\ufffdb"]);
    expect(new Bench().pushBytes(textFrame("a\ufffdb")).events).toEqual(["text 5 a\ufffdb"]);
  });
});
