import { constants, deflateRawSync } from "node:zlib";
import { concat } from "./support.js";
import type { FormatName, StreamName } from "./support.js";

const BLOCK = 1_048_576;

/** 1 MiB of zeros as raw deflate, and flushed: it refers to nothing before it, and can be repeated. */
const ZEROS = deflateRawSync(new Uint8Array(BLOCK), {
  level: 9,
  finishFlush: constants.Z_FULL_FLUSH,
});

/** The last block, which is empty: RFC 1951 section 3.2.3. */
const END = Uint8Array.of(3, 0);

const HEADERS: Readonly<Record<FormatName | StreamName, readonly number[]>> = {
  gzip: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
  zlib: [0x78, 0x9c],
  zlibStream: [0x78, 0x9c],
  deflateRaw: [],
  deflateStream: [],
};

/**
 * `size` MiB of zeros, as a thousandth of that. Its trailer is wrong: who gets that far has decoded it all,
 * and says something else.
 */
export function bomb(format: FormatName | StreamName, size = 1_024): Uint8Array<ArrayBuffer> {
  const blocks = Array.from({ length: size }, () => ZEROS);
  return concat(Uint8Array.from(HEADERS[format]), ...blocks, END, new Uint8Array(8));
}
