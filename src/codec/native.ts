import {
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
import type { Deflate } from "./deflating.js";
import type { UnpackAtOnce } from "./inflating.js";
import { tooBig } from "./output.js";

const INFLATE = { gzip: gunzipSync, zlib: inflateSync, deflateRaw: inflateRawSync };

/** To inflate fewer bytes than this takes less time than a call of zlib: see docs/PERFORMANCE.md. */
export const WORTH_A_CALL = 128;

/** What zlib returns if it is to tell how many bytes it has read. */
interface Info {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly engine?: { readonly bytesWritten: number };
}

/**
 * Inflates by Node's zlib, which is mostly faster, checks as much and stops at the limit. It returns
 * `undefined` for an invalid message, so that `unpack` finds the same error as on other platforms, at the
 * same position. It does so, too, for bytes after the end, which zlib ignores.
 */
export const unpackAtOnce: UnpackAtOnce = ({ name }, bytes, limit) => {
  if (bytes.length < WORTH_A_CALL) return undefined;
  try {
    const result: unknown = INFLATE[name](bytes, { info: true, maxOutputLength: limit });
    const { buffer, engine } = result as Info;
    return engine?.bytesWritten === bytes.length ? toOwn(buffer) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooBig(name, limit);
    return undefined;
  }
};

/** Bytes that own their buffer: zlib's may be larger than what it holds. */
function toOwn(bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isOwner = bytes.buffer.byteLength === bytes.length;
  return isOwner ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}

export const toGzip: Deflate = (bytes, level) => gzipSync(bytes, { level });

export const toZlib: Deflate = (bytes, level) => deflateSync(bytes, { level });

export const toDeflateRaw: Deflate = (bytes, level) => deflateRawSync(bytes, { level });
