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
import { byName } from "../helpers/by-name.js";
import type { Format } from "./support.js";

const [GZIP, ZLIB] = FORMATS as readonly [Format, Format, Format];
const PLAIN = '{"hello":"world"}';

/** Messages whose format can be detected from their first bytes. */
const KINDS = [
  { name: "gzip", bytes: GZIP.pack(PLAIN) },
  ...[0, 1, 6, 9].map((level) => ({
    name: `zlib, level ${level}`,
    bytes: ZLIB.pack(PLAIN, { level }),
  })),
  ...[9, 12].map((windowBits) => ({
    name: `zlib, window ${windowBits}`,
    bytes: ZLIB.pack(PLAIN, { windowBits }),
  })),
  { name: "plain", bytes: utf8(PLAIN) },
];

describe.each(byName(ENTRIES))("auto (%s)", (_, { codecs: { auto } }) => {
  test.each(byName(KINDS))("detects the format: %s", (_, { bytes }) => {
    for (const pin of [undefined, true, false]) {
      expect(decodeOne(auto({ pin }), bytes)).toBe(PLAIN);
    }
    expect(decodeAll(auto({ type: "binary" }), [bytes])).toEqual([toMessage(utf8(PLAIN))]);
  });

  test.each([
    ["an empty message", ""],
    ["one byte", "x"],
    ["only the first byte of gzip", "\u001f"],
    ["the first byte of zlib without its check", "xyz"],
    ["a zlib header that needs a dictionary", "x}"],
    ["a zlib header with another method", "y\u0018"],
    ["JSON", "[1]"],
    ["a byte order mark", "\ufeffhello"],
  ])("treats %s as plain text", (_, data) => {
    expect(decodeAll(auto(), [utf8(data)])).toEqual([text(data)]);
  });

  test.each([
    ["another gzip ID", [0x1f, 0x8c]],
    ["too large a zlib window", [0x88, 0x1c]],
    ["another zlib method", [0x79, 0x18]],
    ["a zlib dictionary", [0x78, 0x7d]],
    ["a wrong zlib check", [0x78, 0x9d]],
  ])("treats bytes with %s as plain data", (_, bytes) => {
    const data = Uint8Array.from(bytes);
    expect(decodeAll(auto({ type: "binary" }), [data])).toEqual([toMessage(data)]);
  });

  test("uses the format of the first binary message for the whole connection", () => {
    const codec = auto();
    for (const { name: kind, bytes } of KINDS) {
      const decode = startDecoding(codec);
      expect(decode("first, but text").values).toEqual([text("first, but text")]);
      expect(decode(bytes).values).toEqual([text(PLAIN)]);
      const [name = ""] = kind.split(",");
      for (const other of KINDS.filter((other) => !other.name.startsWith(name))) {
        // Compressed bytes are not valid UTF-8.
        const error = errorOf(() => decode(other.bytes));
        if (name === "plain") expect(error.message).toBe("receive: auto: not UTF-8");
        else expect(error.details).toEqual({ codec: name, position: 0 });
      }
      expect(decode(bytes).values).toEqual([text(PLAIN)]);
    }
  });

  test("keeps the detected format if the first message is skipped", () => {
    const decode = startDecoding(auto({ onInvalid: "skip" }));
    expect(decode(GZIP.pack(PLAIN).slice(0, -1)).values).toEqual([]);
    expect(decode(utf8(PLAIN)).values).toEqual([]);
    expect(decode(GZIP.pack(PLAIN)).values).toEqual([text(PLAIN)]);
  });

  test("detects the format of each message with pin: false", () => {
    const decode = startDecoding(auto({ pin: false }));
    for (const { bytes } of [...KINDS, ...KINDS].reverse()) {
      expect(decode(bytes).values).toEqual([text(PLAIN)]);
    }
  });

  test("is named auto, and names the detected format in errors", () => {
    expect(auto().name).toBe("auto");
    expect(auto()).not.toHaveProperty("encode");
    const error = errorOf(() => decodeAll(auto(), [GZIP.pack(PLAIN).slice(0, -1)]));
    expect(error.details.codec).toBe("gzip");
    expect(errorOf(() => decodeAll(auto(), [Uint8Array.of(0xff)])).details).toEqual({
      codec: "auto",
    });
  });
});
