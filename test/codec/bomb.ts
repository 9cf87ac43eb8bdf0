import { constants, deflateRawSync } from "node:zlib";
import { concat } from "./support.js";
import type { FormatName, StreamName } from "./support.js";

const BLOCK_BYTES = 1_048_576;

/** 1 MiB of zeros as raw deflate. After a full flush it refers to no earlier data, so it can be repeated. */
const ZEROS = deflateRawSync(new Uint8Array(BLOCK_BYTES), {
  level: 9,
  finishFlush: constants.Z_FULL_FLUSH,
});

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
  const blocks = Array.from({ length: size }, () => ZEROS);
  return concat(Uint8Array.from(HEADERS[format]), ...blocks, END, new Uint8Array(8));
}
