import { deflateRawSync, deflateSync, gzipSync, inflateRawSync } from "node:zlib";
import type { Deflate } from "./deflating.js";
import type { InflateAtOnce } from "./format.js";

/** What zlib says of a stream that it has inflated; Deno and Bun tell as Node does. */
interface Info {
  readonly buffer: Buffer;
  readonly engine?: { readonly bytesWritten: number };
}

/**
 * By Node's zlib, which is faster. It stops at the limit by itself; whatever is wrong is left to the
 * other inflater to find again, so that errors are the same on all platforms.
 */
export const inflateAtOnce: InflateAtOnce = (bytes, at, limit) => {
  try {
    const options = { info: true, maxOutputLength: Math.max(limit, 1) };
    const result: unknown = inflateRawSync(bytes.subarray(at), options);
    const { buffer, engine } = result as Info;
    // Its buffers may be larger than what they hold.
    return engine && { chunk: new Uint8Array(buffer), end: at + engine.bytesWritten };
  } catch {
    return undefined;
  }
};

export const toGzip: Deflate = (bytes, level) => gzipSync(bytes, { level });

export const toZlib: Deflate = (bytes, level) => deflateSync(bytes, { level });

export const toDeflateRaw: Deflate = (bytes, level) => deflateRawSync(bytes, { level });
