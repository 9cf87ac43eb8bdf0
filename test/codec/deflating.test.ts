import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BINARY, TEXT } from "../../src/node.js";
import type { Level } from "../../src/codec/node.js";
import { byName } from "../helpers/by-name.js";
import { noise } from "../transport/support.js";
import { DEFLATING, decodeAll, encode, ENTRIES, prose, text, toMessage, utf8 } from "./support.js";

const LEVELS: readonly Level[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const SIZES = [0, 1, 255, 1_023, 1_024, 65_536, 1_048_577];
const INFLATE = { gzip: gunzipSync, zlib: inflateSync, deflateRaw: inflateRawSync };

describe.each(byName(DEFLATING))("%s", (_, { make, format }) => {
  /** Inflates encoded data with Node's zlib. */
  const inflate = (sent: unknown): Buffer => {
    expect(sent).toBeInstanceOf(Uint8Array);
    return INFLATE[format](sent as Uint8Array);
  };
  const all = make({ threshold: 0 });

  test.each(SIZES)(
    "compresses %i bytes at every level, so that Node's zlib and both entries inflate them",
    (size) => {
      for (const level of LEVELS) {
        const sent = encode(make({ level }), noise(size)) as Uint8Array;
        expect(Buffer.compare(inflate(sent), noise(size))).toBe(0);
        for (const { codecs } of ENTRIES) {
          const [message] = decodeAll(codecs[format]({ type: "binary" }), [Uint8Array.from(sent)]);
          expect(Buffer.compare(message?.data as Uint8Array, noise(size))).toBe(0);
        }
      }
    },
  );

  test("compresses more at a higher level, and uses level 6 by default", () => {
    const plain = prose(50_000);
    const sizes = LEVELS.map((level) => (encode(make({ level }), plain) as Uint8Array).length);
    const [none = 0, least = 0] = sizes;
    expect(none).toBeGreaterThan(50_000);
    expect(least).toBeLessThan(none / 2);
    expect(sizes[9]).toBeLessThan(least);
    expect((encode(make(), plain) as Uint8Array).length).toBe(sizes[6]);
  });

  test.each([
    { threshold: undefined, at: 1_024 },
    { threshold: 1, at: 1 },
    { threshold: 100, at: 100 },
  ])(
    "does not compress a text of less than $at bytes with a threshold of $threshold",
    ({ threshold, at }) => {
      const codec = make({ threshold });
      const below = "a".repeat(at - 1);
      expect(encode(codec, below)).toBe(below);
      expect(encode(codec, below, TEXT)).toBe(below);
      for (const size of [at, at + 1]) {
        expect(inflate(encode(codec, "a".repeat(size))).length).toBe(size);
        expect(inflate(encode(codec, "a".repeat(size), TEXT)).length).toBe(size);
      }
      // The threshold counts bytes, not characters.
      const wide = "é".repeat(Math.ceil(at / 2));
      expect(inflate(encode(codec, wide)).toString()).toBe(wide);
    },
  );

  test("compresses an empty text with a threshold of 0", () => {
    expect(inflate(encode(all, "")).length).toBe(0);
  });

  test("compresses bytes of any size, and texts that are sent as BINARY", () => {
    const codec = make({ threshold: 104_857_600 });
    expect(inflate(encode(codec, Uint8Array.of(1)))).toEqual(Buffer.of(1));
    expect(inflate(encode(codec, new Uint8Array()))).toHaveLength(0);
    expect(inflate(encode(codec, "é", BINARY)).toString()).toBe("é");
    expect(inflate(encode(codec, Uint8Array.of(1), BINARY))).toEqual(Buffer.of(1));
  });

  test("does not compress few bytes that are sent as TEXT", () => {
    const small = utf8("é");
    expect(encode(make(), small, TEXT)).toBe(small);
    const large = utf8("é".repeat(512));
    expect(inflate(encode(make(), large, TEXT))).toEqual(Buffer.from(large));
  });

  test("rejects bytes that are sent as TEXT and are not UTF-8", () => {
    for (const size of [1, 5_000]) {
      expect(() => encode(make(), new Uint8Array(size).fill(0xff), TEXT)).toThrow("not UTF-8");
    }
  });

  test("compresses the bytes of an ArrayBuffer and of every kind of view", () => {
    const { buffer } = noise(64);
    const middle = Buffer.from(noise(64).subarray(8, 24));
    expect(inflate(encode(all, buffer))).toEqual(Buffer.from(noise(64)));
    const views = [
      new Uint8Array(buffer, 8, 16),
      new DataView(buffer, 8, 16),
      new Uint16Array(buffer, 8, 8),
      new Float64Array(buffer, 8, 2),
      new BigInt64Array(buffer, 8, 2),
      Buffer.from(buffer, 8, 16),
    ];
    for (const view of views) expect(inflate(encode(all, view))).toEqual(middle);
  });

  const INVALID = [5, null, undefined, {}, [], [1, 2], true];
  test.each(INVALID.map((data) => [data]))("rejects %o", (data) => {
    expect(() => encode(all, data as never)).toThrow(TypeError);
  });

  test("neither changes nor keeps the caller's bytes", () => {
    for (const level of LEVELS) {
      const bytes = noise(3_000);
      const sent = encode(make({ level }), bytes) as Uint8Array;
      expect(bytes).toEqual(noise(3_000));
      bytes.fill(0);
      expect(inflate(sent)).toEqual(Buffer.from(noise(3_000)));
    }
  });

  test("produces the same bytes for the same message at any time", () => {
    const first = encode(make(), prose(5_000)) as Uint8Array;
    expect(encode(make(), prose(5_000))).toEqual(first);
    // MTIME (RFC 1952 section 2.3.1) is 0, so the output does not depend on the time.
    if (format === "gzip") expect([...first.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });

  test("decodes its own output, as text and as binary", () => {
    for (const data of ["", "hello", prose(5_000), "\ufeffGrüße 😀"]) {
      const sent = Uint8Array.from(encode(all, data) as Uint8Array);
      expect(decodeAll(make(), [sent])).toEqual([text(data)]);
      expect(decodeAll(make({ type: "binary" }), [sent])).toEqual([toMessage(utf8(data))]);
    }
  });

  test("is named after its format", () => {
    expect(make().name).toBe(format);
  });
});

test.each(byName(ENTRIES))("a codec that only inflates does not encode (%s)", (_, { codecs }) => {
  for (const name of ["gunzip", "unzlib", "inflateRaw", "auto"] as const) {
    expect(codecs[name]()).not.toHaveProperty("encode");
  }
});
