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

/** The shortest message for which a call of zlib is faster than `unpack`: see docs/PERFORMANCE.md. */
export const MIN_NATIVE_BYTES = 128;

/** The result of zlib with option `info`, from which the number of bytes read is known. */
interface Info {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly engine?: { readonly bytesWritten: number };
}

/**
 * Decompresses by Node's zlib, which is usually faster, makes the same checks and stops at the limit. Returns
 * `undefined` for an invalid message, including one with data after the end, which zlib ignores. `unpack` then
 * reports the same error, at the same position, as on other platforms.
 */
export const unpackAtOnce: UnpackAtOnce = ({ name }, bytes, limit) => {
  if (bytes.length < MIN_NATIVE_BYTES) return undefined;
  try {
    const result: unknown = INFLATE[name](bytes, { info: true, maxOutputLength: limit });
    const { buffer, engine } = result as Info;
    return engine?.bytesWritten === bytes.length ? toOwn(buffer) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooBig(name, limit);
    return undefined;
  }
};

/** Returns bytes that fill their whole buffer. Copies them if zlib's buffer is larger than its content. */
function toOwn(bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isOwner = bytes.buffer.byteLength === bytes.length;
  return isOwner ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}

export const toGzip: Deflate = (bytes, level) => gzipSync(bytes, { level });

export const toZlib: Deflate = (bytes, level) => deflateSync(bytes, { level });

export const toDeflateRaw: Deflate = (bytes, level) => deflateRawSync(bytes, { level });
