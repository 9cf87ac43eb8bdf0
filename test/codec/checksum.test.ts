import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { adler32, crc32 } from "../../src/codec/checksum.js";
import { byName } from "../helpers/by-name.js";
import { noise } from "../transport/support.js";

/** The checksums, and those that zlib writes in the trailer. */
const CHECKSUMS = [
  {
    name: "CRC-32",
    checksum: crc32,
    byZlib: (bytes: Uint8Array) => gzipSync(bytes).subarray(-8).readUInt32LE(),
  },
  {
    name: "Adler-32",
    checksum: adler32,
    byZlib: (bytes: Uint8Array) => deflateSync(bytes).subarray(-4).readUInt32BE(),
  },
];

describe.each(byName(CHECKSUMS))("%s", (_, { checksum, byZlib }) => {
  const bytes = noise(20_000);

  test("equals that of zlib for every length and alignment", () => {
    for (let length = 0; length < 300; length++) {
      const some = bytes.subarray(length % 9, (length % 9) + length);
      expect(checksum(some), `${length} bytes`).toBe(byZlib(some));
    }
    // Bytes of 255 lead to the largest sums of Adler-32 before the modulo operation.
    for (const all of [bytes, new Uint8Array(20_000).fill(255)]) {
      expect(checksum(all)).toBe(byZlib(all));
    }
  });

  test("can be computed in two parts, split at any byte", () => {
    const whole = bytes.subarray(0, 300);
    for (let at = 0; at <= whole.length; at++) {
      expect(checksum(whole.subarray(at), checksum(whole.subarray(0, at)))).toBe(byZlib(whole));
    }
  });
});
