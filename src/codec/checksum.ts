/** Computes a checksum, or continues the checksum `value` of preceding bytes. */
export type Checksum = (bytes: Uint8Array, value?: number) => number;

/** Bytes that one step of the sliced CRC-32 processes, and the shortest input for which slicing is faster. */
const SLICE_BYTES = 8;
const MIN_SLICED_BYTES = 128;

/**
 * Tables of the sliced CRC-32 ("slicing-by-8"). Entry `256 * zeros + byte` is the CRC of the byte followed by
 * that many zero bytes. Built on first use.
 */
let tables: Int32Array | undefined;

function makeTables(): Int32Array {
  const made = new Int32Array(SLICE_BYTES * 256);
  for (let at = 0; at < made.length; at++) {
    let value = at < 256 ? at : (made[at - 256] as number);
    // The bit-reversed polynomial of RFC 1952 section 8.
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    made[at] = value;
  }
  return made;
}

/** Computes a CRC-32 (RFC 1952 section 8). */
export const crc32: Checksum = (bytes, value = 0) => {
  const table = (tables ??= makeTables());
  const { length } = bytes;
  let crc = ~value;
  let at = 0;
  if (length >= MIN_SLICED_BYTES) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    /** Returns the CRC of the four bytes of `word`, in little-endian order, followed by `zeros` zero bytes. */
    const four = (word: number, zeros: number): number =>
      (table[((zeros + 3) << 8) + (word & 255)] as number) ^
      (table[((zeros + 2) << 8) + ((word >>> 8) & 255)] as number) ^
      (table[((zeros + 1) << 8) + ((word >>> 16) & 255)] as number) ^
      (table[(zeros << 8) + (word >>> 24)] as number);
    for (; at + SLICE_BYTES <= length; at += SLICE_BYTES) {
      crc = four(crc ^ view.getInt32(at, true), 4) ^ four(view.getInt32(at + 4, true), 0);
    }
  }
  while (at < length) crc = (table[(crc ^ (bytes[at++] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
};

/** The modulus of Adler-32: the largest prime below 2^16. */
const MODULUS = 65_521;

/** The number of bytes to add before a reduction, so that the sums fit a signed 32-bit integer. */
const REDUCTION_BYTES = 3_850;

/** Computes an Adler-32 (RFC 1950 section 9). */
export const adler32: Checksum = (bytes, value = 1) => {
  let low = value & 0xffff;
  let high = value >>> 16;
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(at + REDUCTION_BYTES, bytes.length); at < end; at++) {
      low += bytes[at] as number;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 0x10000 + low;
};
