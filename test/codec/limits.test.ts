import { describe, expect, test } from "vitest";
import { byName } from "../helpers/by-name.js";
import { noise } from "../transport/support.js";
import { packStream } from "../helpers/packed-stream.js";
import {
  CASES,
  concat,
  decodeAll,
  decodeOne,
  errorOf,
  INFLATING,
  startDecoding,
  STREAMS,
} from "./support.js";

/** Values of `readLimit` for output that fits the decoder's buffer, and for output that does not. */
const LIMITS = [1, 100, 5_000, 1_000_000];

describe.each(byName(INFLATING))("readLimit of %s", (_, { codec, make, pack }) => {
  test.each(LIMITS)("accepts %i bytes at the limit and one below it", (size) => {
    for (const plain of [noise(size), new Uint8Array(size)]) {
      for (const limit of [size, size + 1]) {
        const data = decodeOne(make(), pack(plain), limit) as Uint8Array;
        expect(Buffer.compare(data, plain)).toBe(0);
      }
    }
  });

  test.each(LIMITS)("rejects a message of one byte more than %i", (limit) => {
    for (const plain of [noise(limit + 1), new Uint8Array(limit + 1)]) {
      const error = errorOf(() => decodeAll(make(), [pack(plain)], limit));
      expect(error.code).toBe("MESSAGE_TOO_BIG");
      expect(error.details).toEqual({ codec, limit });
      expect(error.message).toContain(`receive: ${codec}: `);
    }
  });
});

describe.each(byName(CASES))("readLimit of %s", (_, { make, pack }) => {
  test("applies to each message separately", () => {
    const messages = Array.from({ length: 5 }, () => pack(noise(1_000)));
    expect(decodeAll(make({ type: "binary" }), messages, 1_000)).toHaveLength(5);
  });

  test("accepts an empty message", () => {
    expect(decodeOne(make(), pack(""), 1)).toBe("");
  });

  test.each<["skip" | "a function", "skip" | (() => "skip")]>([
    ["skip", "skip"],
    ["a function", () => "skip"],
  ])("throws even if onInvalid is %s", (_, onInvalid) => {
    const error = errorOf(() => decodeAll(make({ onInvalid }), [pack("four")], 3));
    expect(error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("counts the UTF-8 bytes of a text", () => {
    expect(decodeOne(make(), pack("€€"), 6)).toBe("€€");
    expect(errorOf(() => decodeOne(make(), pack("€€"), 5)).code).toBe("MESSAGE_TOO_BIG");
  });
});

describe.each(byName(CASES.filter(({ format }) => format === "gzip")))(
  "readLimit of %s",
  (_, { make, pack, codec }) => {
    test("applies to all members together", () => {
      const packed = concat(pack("abc"), pack("def"), pack(""));
      expect(decodeOne(make(), packed, 6)).toBe("abcdef");
      const error = errorOf(() => decodeOne(make(), packed, 5));
      expect({ code: error.code, details: error.details }).toEqual({
        code: "MESSAGE_TOO_BIG",
        details: { codec, limit: 5 },
      });
    });
  },
);

describe.each(byName(STREAMS))("readLimit of %s", (_, { make, codec, isZlib }) => {
  test("applies to each message separately, however long the stream is", async () => {
    const messages = Array.from({ length: 20 }, (_, n) => noise(1_000, n + 1));
    const packed = await packStream(isZlib, messages);
    expect(decodeAll(make({ type: "binary" }), packed, 1_000)).toHaveLength(20);
  });

  test("applies to all parts of a message together", async () => {
    const [packed = new Uint8Array()] = await packStream(isZlib, [noise(1_000)]);
    const decode = startDecoding(make(), 999);
    const error = errorOf(() => {
      for (let at = 0; at < packed.length; at += 100) decode(packed.slice(at, at + 100));
    });
    expect(error.code).toBe("MESSAGE_TOO_BIG");
    expect(error.details).toEqual({ codec, limit: 999 });
  });
});
