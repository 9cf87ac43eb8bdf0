import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DEFLATE_RAW, GZIP, unpack, ZLIB } from "../../src/codec/format.js";
import { unpackAtOnce, MIN_NATIVE_BYTES } from "../../src/codec/native.js";
import { byName } from "../helpers/by-name.js";
import { errorOf } from "./support.js";

/** Formats, and the bytes that each adds to a stored block, including the header of the block. */
const FORMATS = [
  { name: "gzip", format: GZIP, pack: gzipSync, overhead: 23 },
  { name: "zlib", format: ZLIB, pack: deflateSync, overhead: 11 },
  { name: "deflateRaw", format: DEFLATE_RAW, pack: deflateRawSync, overhead: 5 },
];

const plainOf = (size: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, i) => (i * i) >> 3);

// If zlib is not called, the result is the same, only slower. So these tests call it directly.
describe.each(byName(FORMATS))("Node's zlib (format %s)", (_, { format, pack, overhead }) => {
  test.each([200, 1_000, 16_384, 16_385, 100_000])(
    "inflates a message of %i bytes into its own buffer",
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
    ["a message without its last byte", packed.subarray(0, -1)],
    ["a message with one more byte", Buffer.concat([packed, Buffer.of(0)])],
    ["data in no such format", Buffer.alloc(200, "hello")],
  ])("leaves %s to the portable inflater", (_what, bytes) => {
    expect(bytes.length).toBeGreaterThan(MIN_NATIVE_BYTES);
    expect(unpackAtOnce(format, bytes, 1_000)).toBeUndefined();
  });

  test("stops at the limit, with the same error as on other platforms", () => {
    expect(unpackAtOnce(format, packed, 1_000)).toBeDefined();
    const error = errorOf(() => unpackAtOnce(format, packed, 999));
    expect(error).toMatchObject(errorOf(() => unpack(format, packed, 999)));
    expect(error.code).toBe("MESSAGE_TOO_BIG");
  });
});

test("Node's zlib inflates several members of gzip in one call", () => {
  const members = Buffer.concat([gzipSync(plainOf(200)), gzipSync(""), gzipSync("b")]);
  const plain = Buffer.concat([plainOf(200), Buffer.from("b")]);
  expect(unpackAtOnce(GZIP, members, 201)).toEqual(Uint8Array.from(plain));
});
