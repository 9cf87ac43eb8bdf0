import { describe, expect, test } from "vitest";
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

describe.each(INFLATING)("readLimit of $name", ({ codec, make, pack }) => {
  test.each(LIMITS)("lets %i bytes through where it is as much, or one more", (size) => {
    for (const plain of [noise(size), new Uint8Array(size)]) {
      for (const limit of [size, size + 1]) {
        const data = decodeOne(make(), pack(plain), limit) as Uint8Array;
        expect(Buffer.compare(data, plain)).toBe(0);
      }
    }
  });

  test.each(LIMITS)("ends a message of one byte more than %i", (limit) => {
    for (const plain of [noise(limit + 1), new Uint8Array(limit + 1)]) {
      const error = errorOf(() => decodeAll(make(), [pack(plain)], limit));
      expect(error.code).toBe("MESSAGE_TOO_BIG");
      expect(error.details).toEqual({ codec, limit });
      expect(error.message).toContain(`receive: ${codec}: `);
    }
  });
});

describe.each(CASES)("readLimit of $name", ({ make, pack }) => {
  test("is each message's own", () => {
    const messages = Array.from({ length: 5 }, () => pack(noise(1_000)));
    expect(decodeAll(make({ type: "binary" }), messages, 1_000)).toHaveLength(5);
  });

  test("lets an empty message through, whatever it is", () => {
    expect(decodeOne(make(), pack(""), 1)).toBe("");
  });

  test.each(["skip", (): "skip" => "skip"] as const)("is never skipped by %s", (onInvalid) => {
    const error = errorOf(() => decodeAll(make({ onInvalid }), [pack("four")], 3));
    expect(error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("is for texts in bytes of UTF-8", () => {
    expect(decodeOne(make(), pack("€€"), 6)).toBe("€€");
    expect(errorOf(() => decodeOne(make(), pack("€€"), 5)).code).toBe("MESSAGE_TOO_BIG");
  });
});

describe.each(CASES.filter(({ format }) => format === "gzip"))(
  "readLimit of $name",
  ({ make, pack, codec }) => {
    test("is for all members together", () => {
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

describe.each(STREAMS)("readLimit of $name", ({ make, codec, isZlib }) => {
  test("is each message's own, however long the stream", async () => {
    const messages = Array.from({ length: 20 }, (_, n) => noise(1_000, n + 1));
    const packed = await packStream(isZlib, messages);
    expect(decodeAll(make({ type: "binary" }), packed, 1_000)).toHaveLength(20);
  });

  test("is for all parts of a message together", async () => {
    const [packed = new Uint8Array()] = await packStream(isZlib, [noise(1_000)]);
    const decode = startDecoding(make(), 999);
    const error = errorOf(() => {
      for (let at = 0; at < packed.length; at += 100) decode(packed.slice(at, at + 100));
    });
    expect(error.code).toBe("MESSAGE_TOO_BIG");
    expect(error.details).toEqual({ codec, limit: 999 });
  });
});
