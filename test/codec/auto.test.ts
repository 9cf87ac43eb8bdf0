import { describe, expect, test } from "vitest";
import {
  decodeAll,
  decodeOne,
  ENTRIES,
  errorOf,
  FORMATS,
  startDecoding,
  text,
  toMessage,
  utf8,
} from "./support.js";
import type { Format } from "./support.js";

const [GZIP, ZLIB] = FORMATS as readonly [Format, Format, Format];
const PLAIN = '{"hello":"world"}';

/** Messages whose format can be detected from their first bytes. */
const KINDS = [
  { kind: "gzip", bytes: GZIP.pack(PLAIN) },
  ...[0, 1, 6, 9].map((level) => ({
    kind: `zlib, level ${level}`,
    bytes: ZLIB.pack(PLAIN, { level }),
  })),
  ...[9, 12].map((windowBits) => ({
    kind: `zlib, window ${windowBits}`,
    bytes: ZLIB.pack(PLAIN, { windowBits }),
  })),
  { kind: "plain", bytes: utf8(PLAIN) },
];

describe.each(ENTRIES)("auto of the $entry entry", ({ codecs: { auto } }) => {
  test.each(KINDS)("tells $kind", ({ bytes }) => {
    for (const pin of [undefined, true, false]) {
      expect(decodeOne(auto({ pin }), bytes)).toBe(PLAIN);
    }
    expect(decodeAll(auto({ type: "binary" }), [bytes])).toEqual([toMessage(utf8(PLAIN))]);
  });

  test.each([
    { what: "nothing", data: "" },
    { what: "one byte", data: "x" },
    { what: "what gzip begins with, alone", data: "\u001f" },
    { what: "an x, as zlib has, and no check", data: "xyz" },
    { what: "a check where a dictionary would be", data: "x}" },
    { what: "a check, and another method", data: "y\u0018" },
    { what: "JSON", data: "[1]" },
    { what: "a byte order mark", data: "\ufeffhello" },
  ])("takes $what for plain", ({ data }) => {
    expect(decodeAll(auto(), [utf8(data)])).toEqual([text(data)]);
  });

  test.each([
    { what: "another id", bytes: [0x1f, 0x8c] },
    { what: "a window too large, and a check", bytes: [0x88, 0x1c] },
    { what: "another method, and a check", bytes: [0x79, 0x18] },
    { what: "a dictionary", bytes: [0x78, 0x7d] },
    { what: "no check", bytes: [0x78, 0x9d] },
  ])("takes bytes of $what for plain", ({ bytes }) => {
    const data = Uint8Array.from(bytes);
    expect(decodeAll(auto({ type: "binary" }), [data])).toEqual([toMessage(data)]);
  });

  test("takes the first binary message's format for all, on each connection", () => {
    const codec = auto();
    for (const { kind, bytes } of KINDS) {
      const decode = startDecoding(codec);
      expect(decode("first, but text").values).toEqual([text("first, but text")]);
      expect(decode(bytes).values).toEqual([text(PLAIN)]);
      const [name = ""] = kind.split(",");
      for (const other of KINDS.filter((other) => !other.kind.startsWith(name))) {
        // Compressed bytes are not valid UTF-8.
        const error = errorOf(() => decode(other.bytes));
        if (name === "plain") expect(error.message).toBe("receive: auto: not UTF-8");
        else expect(error.details).toEqual({ codec: name, position: 0 });
      }
      expect(decode(bytes).values).toEqual([text(PLAIN)]);
    }
  });

  test("keeps the format where the first message is skipped", () => {
    const decode = startDecoding(auto({ onInvalid: "skip" }));
    expect(decode(GZIP.pack(PLAIN).slice(0, -1)).values).toEqual([]);
    expect(decode(utf8(PLAIN)).values).toEqual([]);
    expect(decode(GZIP.pack(PLAIN)).values).toEqual([text(PLAIN)]);
  });

  test("takes each message's own format where it is not pinned", () => {
    const decode = startDecoding(auto({ pin: false }));
    for (const { bytes } of [...KINDS, ...KINDS].reverse()) {
      expect(decode(bytes).values).toEqual([text(PLAIN)]);
    }
  });

  test("names itself, and the format that is wrong", () => {
    expect(auto().name).toBe("auto");
    expect(auto()).not.toHaveProperty("encode");
    const error = errorOf(() => decodeAll(auto(), [GZIP.pack(PLAIN).slice(0, -1)]));
    expect(error.details.codec).toBe("gzip");
    expect(errorOf(() => decodeAll(auto(), [Uint8Array.of(0xff)])).details).toEqual({
      codec: "auto",
    });
  });
});
