import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DEFLATE_RAW, GZIP, ZLIB } from "../../src/codec/format.js";
import { unpackAtOnce } from "../../src/codec/native.js";

const FORMATS = [
  { format: GZIP, pack: gzipSync },
  { format: ZLIB, pack: deflateSync },
  { format: DEFLATE_RAW, pack: deflateRawSync },
];

// Whatever it does not do is done without it: only here can be seen that it does anything.
describe.each(FORMATS)("zlib, of $format.name", ({ format, pack }) => {
  const sizes = [0, 1, 1_000, 16_384, 16_385, 100_000];

  test.each(sizes)("unpacks a message of %i bytes into a buffer of its own", (size) => {
    const plain = Uint8Array.from({ length: size }, (_, i) => (i * i) >> 3);
    const unpacked = unpackAtOnce(format, pack(plain), Math.max(size, 1));
    expect(unpacked).toEqual(plain);
    expect(unpacked?.buffer.byteLength).toBe(size);
    expect(Object.getPrototypeOf(unpacked)).toBe(Uint8Array.prototype);
  });

  const packed = pack(new Uint8Array(1_000));

  test.each([
    ["a byte too few", packed.subarray(0, -1)],
    ["a byte too many", Buffer.concat([packed, Buffer.of(0)])],
    ["what is none", Buffer.from("hello")],
    ["nothing", Buffer.alloc(0)],
  ])("leaves %s to others", (_what, bytes) => {
    expect(unpackAtOnce(format, bytes, 1_000)).toBeUndefined();
  });

  test("leaves what is over the limit to others", () => {
    expect(unpackAtOnce(format, packed, 999)).toBeUndefined();
  });
});

test("zlib takes several members of gzip at once", () => {
  const members = Buffer.concat([gzipSync("a"), gzipSync(""), gzipSync("b")]);
  expect(unpackAtOnce(GZIP, members, 2)).toEqual(Uint8Array.from(Buffer.from("ab")));
});
