import { constants, deflateRawSync } from "node:zlib";

/**
 * Returns `count` times `partBytes` zeros as raw deflate, in about a thousandth of that. One part is deflated
 * and then repeated: after a full flush it refers to no earlier data. The last block is not final.
 */
export function deflatedZeros(partBytes: number, count: number): Buffer {
  const options = { level: 9, finishFlush: constants.Z_FULL_FLUSH };
  const part = deflateRawSync(new Uint8Array(partBytes), options);
  return Buffer.alloc(part.length * count, part);
}
