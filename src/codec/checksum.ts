/** Goes on with a checksum over more bytes; without one, it begins. */
export type Checksum = (bytes: Uint8Array, value?: number) => number;

/** What a byte does to a CRC-32, by the byte. */
let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    // The polynomial of RFC 1952 section 8, its bits in reverse.
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    return value;
  });
}

/** CRC-32: RFC 1952 section 8. */
export const crc32: Checksum = (bytes, value = 0) => {
  const steps = (table ??= makeTable());
  let crc = ~value;
  let at = 0;
  // Not by `for...of`, which is half as fast.
  while (at < bytes.length) {
    crc = (steps[(crc ^ (bytes[at++] as number)) & 255] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
};

/** The largest prime below 2^16, and how many sums of bytes fit 32 bits before it has to be taken out. */
const BASE = 65_521;
const RUN = 3_850;

/** Adler-32: RFC 1950 section 9. */
export const adler32: Checksum = (bytes, value = 1) => {
  let low = value & 0xffff;
  let high = value >>> 16;
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(at + RUN, bytes.length); at < end; at++) {
      low += bytes[at] as number;
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return high * 0x10000 + low;
};
