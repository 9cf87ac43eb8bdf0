import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DEFLATE_RAW, GZIP, unpack, ZLIB } from "../../src/codec/format.js";
import { unpackAtOnce, MIN_NATIVE_BYTES } from "../../src/codec/native.js";
import { errorOf } from "./support.js";

/** Formats, and the bytes that each adds to a stored block, including the header of the block. */
const FORMATS = [
  { format: GZIP, pack: gzipSync, overhead: 23 },
  { format: ZLIB, pack: deflateSync, overhead: 11 },
  { format: DEFLATE_RAW, pack: deflateRawSync, overhead: 5 },
];

const plainOf = (size: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, i) => (i * i) >> 3);

// If zlib is not called, the result is the same, only slower. So these tests call it directly.
describe.each(FORMATS)("zlib, of $format.name", ({ format, pack, overhead }) => {
  test.each([200, 1_000, 16_384, 16_385, 100_000])(
    "unpacks a message of %i bytes into a buffer of its own",
    (size) => {
      const unpacked = unpackAtOnce(format, pack(plainOf(size)), size);
      expect(unpacked).toEqual(plainOf(size));
      expect(unpacked?.buffer.byteLength).toBe(size);
      expect(Object.getPrototypeOf(unpacked)).toBe(Uint8Array.prototype);
    },
  );

  test.each([
    [MIN_NATIVE_BYTES - 1, false],
    [MIN_NATIVE_BYTES, true],
    [MIN_NATIVE_BYTES + 1, true],
  ])("is called for a message of %i bytes: %s", (size, isCalled) => {
    const packed = pack(new Uint8Array(size - overhead), { level: 0 });
    expect(packed).toHaveLength(size);
    expect(unpackAtOnce(format, packed, 1_000) !== undefined).toBe(isCalled);
  });

  const packed = pack(plainOf(1_000));

  test.each([
    ["a byte too few", packed.subarray(0, -1)],
    ["a byte too many", Buffer.concat([packed, Buffer.of(0)])],
    ["what is none", Buffer.alloc(200, "hello")],
  ])("leaves %s to others", (_what, bytes) => {
    expect(bytes.length).toBeGreaterThan(MIN_NATIVE_BYTES);
    expect(unpackAtOnce(format, bytes, 1_000)).toBeUndefined();
  });

  test("stops at the limit, with the error that all platforms have", () => {
    expect(unpackAtOnce(format, packed, 1_000)).toBeDefined();
    const error = errorOf(() => unpackAtOnce(format, packed, 999));
    expect(error).toMatchObject(errorOf(() => unpack(format, packed, 999)));
    expect(error.code).toBe("MESSAGE_TOO_BIG");
  });
});

test("zlib takes several members of gzip at once", () => {
  const members = Buffer.concat([gzipSync(plainOf(200)), gzipSync(""), gzipSync("b")]);
  const plain = Buffer.concat([plainOf(200), Buffer.from("b")]);
  expect(unpackAtOnce(GZIP, members, 201)).toEqual(Uint8Array.from(plain));
});
