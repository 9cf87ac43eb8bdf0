/** Goes on with a checksum over more bytes; without one, it begins. */
export type Checksum = (bytes: Uint8Array, value?: number) => number;

/** How many bytes are taken at once, and where there are enough for that to be faster. */
const STEP = 8;
const MANY = 128;

/** What a byte does to a CRC-32, by the byte; then with one byte of zero behind it, with two, and so on. */
let tables: Int32Array | undefined;

function makeTables(): Int32Array {
  const made = new Int32Array(STEP * 256);
  for (let at = 0; at < made.length; at++) {
    let value = at < 256 ? at : (made[at - 256] as number);
    // The polynomial of RFC 1952 section 8, its bits in reverse.
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    made[at] = value;
  }
  return made;
}

/** CRC-32: RFC 1952 section 8. */
export const crc32: Checksum = (bytes, value = 0) => {
  const table = (tables ??= makeTables());
  const { length } = bytes;
  let crc = ~value;
  let at = 0;
  if (length >= MANY) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    /** What four bytes do, with so many bytes of zero behind them. */
    const four = (word: number, zeros: number): number =>
      (table[((zeros + 3) << 8) + (word & 255)] as number) ^
      (table[((zeros + 2) << 8) + ((word >>> 8) & 255)] as number) ^
      (table[((zeros + 1) << 8) + ((word >>> 16) & 255)] as number) ^
      (table[(zeros << 8) + (word >>> 24)] as number);
    for (; at + STEP <= length; at += STEP) {
      crc = four(crc ^ view.getInt32(at, true), 4) ^ four(view.getInt32(at + 4, true), 0);
    }
  }
  while (at < length) crc = (table[(crc ^ (bytes[at++] as number)) & 255] as number) ^ (crc >>> 8);
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
