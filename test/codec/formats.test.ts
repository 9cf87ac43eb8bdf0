import { constants } from "node:zlib";
import { describe, expect, test } from "vitest";
import { byName } from "../helpers/by-name.js";
import { noise } from "../transport/support.js";
import { fromBase64, packByPython } from "./python.js";
import { CASES, concat, decodeOne, errorOf, FORMATS, prose, utf8 } from "./support.js";
import type { Case } from "./support.js";

const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];
const STRATEGIES = [
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
];

/** Sizes around those that need another byte, and around the ends of slices, windows and blocks. */
const SIZES = [
  0, 1, 2, 255, 256, 257, 1_023, 1_024, 32_767, 32_768, 32_769, 65_535, 65_536, 1_048_577,
];

const MIB = 1_048_576;

const python = await packByPython();

describe.each(byName(CASES))("%s", (_, { make, pack, format }) => {
  test("inflates output of Node's zlib with every level, window and strategy", () => {
    const plain = prose(70_000);
    for (const windowBits of WINDOWS) {
      for (const level of LEVELS) {
        expect(decodeOne(make(), pack(plain, { level, windowBits })) === plain).toBe(true);
      }
      for (const strategy of STRATEGIES) {
        expect(decodeOne(make(), pack(plain, { strategy, windowBits })) === plain).toBe(true);
      }
    }
  });

  test("inflates output of zlib and gzip of Python", () => {
    const packed = python.packed.filter((made) => made.format === format);
    expect(packed.length).toBeGreaterThanOrEqual(70);
    for (const { description, bytes } of packed) {
      expect(decodeOne(make(), fromBase64(bytes)) === python.text, description).toBe(true);
    }
  });

  test.each(SIZES)("inflates %i bytes of compressible and incompressible data", (size) => {
    for (const plain of [noise(size), new Uint8Array(size), utf8(prose(size))]) {
      const data = decodeOne(make({ type: "binary" }), pack(plain));
      expect(Buffer.compare(data as Uint8Array, plain)).toBe(0);
    }
  });

  test("inflates 32 MiB if readLimit allows it", () => {
    const plain = concat(...Array.from({ length: 32 }, (_, n) => noise(MIB, (n % 3) + 1)));
    const packed = pack(plain, { level: 1 });
    const data = decodeOne(make({ type: "binary" }), packed, 32 * MIB);
    expect(Buffer.compare(data as Uint8Array, plain)).toBe(0);
  });

  test.each([0, 1, 100, 40_000, 3_000_000])("returns %i bytes in their own buffer", (size) => {
    const decoded = decodeOne(make({ type: "binary" }), pack(noise(size))) as Uint8Array;
    expect(Object.getPrototypeOf(decoded)).toBe(Uint8Array.prototype);
    expect(decoded.byteOffset).toBe(0);
    expect(decoded.byteLength).toBe(size);
    expect(decoded.buffer.byteLength).toBe(size);
  });

  test("inflates bytes in the middle of a buffer", () => {
    const packed = pack("Grüße");
    const around = new Uint8Array(packed.length + 14);
    around.set(packed, 7);
    expect(decodeOne(make(), around.subarray(7, packed.length + 7))).toBe("Grüße");
  });

  test("does not change its input", () => {
    const packed = pack(prose(5_000));
    const before = Uint8Array.from(packed);
    decodeOne(make(), packed);
    expect(packed).toEqual(before);
  });
});

const [GZIP, ZLIB] = FORMATS;
const forFormat = (name: string): readonly Case[] => CASES.filter(({ format }) => format === name);

/** Optional fields of a gzip header, and the flags that announce them (RFC 1952 section 2.3.1). */
const FIELDS = [
  { name: "FTEXT", flag: 1, bytes: [] },
  { name: "FEXTRA", flag: 4, bytes: [5, 0, 0x61, 0x70, 1, 0, 0xff] },
  { name: "FEXTRA of 300 bytes", flag: 4, bytes: [44, 1, ...noise(300)] },
  { name: "FNAME", flag: 8, bytes: [...utf8("ticker.json"), 0] },
  { name: "FNAME (empty)", flag: 8, bytes: [0] },
  { name: "FCOMMENT", flag: 16, bytes: [...utf8("of today"), 0] },
  { name: "FHCRC", flag: 2, bytes: [0x12, 0x34] },
  {
    name: "of every kind",
    flag: 31,
    bytes: [2, 0, 0, 0, ...utf8("name"), 0, ...utf8("comment"), 0, 0x12, 0x34],
  },
];

/** Returns a gzip member with these flags and header fields. */
function withFields(
  packed: Uint8Array,
  flag: number,
  bytes: readonly number[],
): Uint8Array<ArrayBuffer> {
  const header = Uint8Array.from(packed.subarray(0, 10));
  header[3] = flag;
  return concat(header, Uint8Array.from(bytes), packed.subarray(10));
}

describe.each(byName(forFormat("gzip")))("%s", (_, { make, pack }) => {
  test.each(byName(FIELDS))("skips header fields: %s", (_, { flag, bytes }) => {
    expect(decodeOne(make(), withFields(pack("hello"), flag, bytes))).toBe("hello");
  });

  test.each(byName(FIELDS))(
    "rejects a message that is truncated within header fields: %s",
    (_, { flag, bytes }) => {
      const end = 10 + bytes.length;
      const packed = withFields(pack("hello"), flag, bytes);
      for (let size = 10; size <= end; size++) {
        const { code, details } = errorOf(() => decodeOne(make(), packed.slice(0, size)));
        expect({ code, details }).toEqual({
          code: "INVALID_MESSAGE",
          details: { codec: "gzip", position: size },
        });
      }
    },
  );

  test.each([0x20, 0x40, 0x80])("rejects the reserved flag %i", (flag) => {
    const { code, details } = errorOf(() => decodeOne(make(), withFields(pack("a"), flag, [])));
    expect(code).toBe("INVALID_MESSAGE");
    expect(details).toEqual({ codec: "gzip", position: 0 });
  });

  test.each([
    ["two", ["hello ", "world"]],
    ["two identical ones", ["hello", "hello"]],
    ["an empty one first", ["", "hello"]],
    ["an empty one last", ["hello", ""]],
    ["two empty ones", ["", ""]],
    ["a long one between short ones", ["a", prose(300_000), "b"]],
    ["a thousand", Array.from({ length: 1_000 }, (_, n) => `${n},`)],
  ])("joins the members of a message: %s", (_, texts) => {
    expect(decodeOne(make(), concat(...texts.map((text) => pack(text))))).toBe(texts.join(""));
  });

  test("joins members with different headers", () => {
    const second = withFields(pack("world"), 8, [...utf8("name"), 0]);
    expect(decodeOne(make(), concat(pack("hello "), second))).toBe("hello world");
  });

  test("joins a character that is split between members", () => {
    const [first, ...rest] = utf8("€");
    const members = [Uint8Array.of(first ?? 0), Uint8Array.from(rest)].map((part) => pack(part));
    expect(decodeOne(make(), concat(...members))).toBe("€");
  });

  test("rejects zlib data", () => {
    const packed = ZLIB?.pack("hello") ?? new Uint8Array();
    expect(errorOf(() => decodeOne(make(), packed))).toMatchObject({
      code: "INVALID_MESSAGE",
      details: { codec: "gzip", position: 0 },
    });
  });
});

describe.each(byName(forFormat("zlib")))("%s", (_, { make, pack }) => {
  test("reports that the data needs a dictionary", () => {
    const dictionary = Buffer.from("hello");
    for (const packed of [pack("hello", { dictionary }), fromBase64(python.withDictionary)]) {
      const error = errorOf(() => decodeOne(make(), packed));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.message).toContain("needs a dictionary");
      expect(error.details).toEqual({ codec: "zlib", position: 0 });
    }
  });

  test.each([
    ["another method", [0x79, 0x9b]],
    ["too large a window", [0x88, 0x1c]],
    ["a wrong check", [0x78, 0x9d]],
  ])("rejects a header with %s", (_, header) => {
    const packed = Uint8Array.of(...header, ...pack("hello").subarray(2));
    const error = errorOf(() => decodeOne(make(), packed));
    expect(error.message).toContain("not zlib");
    expect(error.details).toEqual({ codec: "zlib", position: 0 });
  });

  test("rejects a second stream after the first", () => {
    const packed = pack("hello");
    expect(errorOf(() => decodeOne(make(), concat(packed, packed))).details).toEqual({
      codec: "zlib",
      position: packed.length,
    });
  });

  test("rejects gzip data", () => {
    const packed = GZIP?.pack("hello") ?? new Uint8Array();
    expect(errorOf(() => decodeOne(make(), packed))).toMatchObject({
      code: "INVALID_MESSAGE",
      details: { codec: "zlib", position: 0 },
    });
  });
});
