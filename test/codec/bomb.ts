import { deflatedZeros } from "../helpers/deflated-zeros.js";
import { concat } from "./support.js";
import type { FormatName, StreamName } from "./support.js";

const PART_BYTES = 1_048_576;

/** An empty last block (RFC 1951 section 3.2.3). */
const END = Uint8Array.of(3, 0);

const HEADERS: Readonly<Record<FormatName | StreamName, readonly number[]>> = {
  gzip: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
  zlib: [0x78, 0x9c],
  zlibStream: [0x78, 0x9c],
  deflateRaw: [],
  deflateStream: [],
};

/**
 * Returns `size` MiB of zeros, compressed to a thousandth of that. The trailer is wrong, so a decoder that
 * ignores the limit fails with a different error.
 */
export function bomb(format: FormatName | StreamName, size = 1_024): Uint8Array<ArrayBuffer> {
  const header = Uint8Array.from(HEADERS[format]);
  return concat(header, deflatedZeros(PART_BYTES, size), END, new Uint8Array(8));
}
