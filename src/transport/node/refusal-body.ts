import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from "node:zlib";
import type { ZlibOptions } from "node:zlib";

/** The maximum number of bytes that are read from a body, and that are returned after decompression. */
const MAX_BODY_BYTES = 65_536;

/** The longest wait for a body, and for its decompression. */
const MAX_BODY_WAIT_MS = 1_000;

/** Reads the beginning of a body within the limits, even if the body is truncated or stalls. */
export async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const body = await collect(response, signal);
  const decoded = await decode(body, response.headers["content-encoding"]?.trim().toLowerCase());
  return decoded.toString();
}

/** Reads the beginning of a stream, until it ends or fails, the time is up, or the signal is aborted. */
function collect(stream: Readable, signal?: AbortSignal): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES));
    };
    const timer = setTimeout(done, MAX_BODY_WAIT_MS);
    signal?.addEventListener("abort", done);
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_BODY_BYTES) done();
    });
    stream.on("end", done);
    stream.on("error", done);
    stream.on("close", done);
  });
}

/**
 * Decompresses the beginning of a body. Returns the bytes before the first error, and no bytes if the encoding
 * is unknown, because they would not be text.
 */
async function decode(body: Buffer, encoding = "identity"): Promise<Buffer> {
  if (encoding === "identity" || body.length === 0) return body;
  const decoder = createDecoder(encoding, body);
  if (!decoder) return Buffer.alloc(0);
  const decoded = collect(decoder);
  decoder.end(body);
  try {
    return await decoded;
  } finally {
    // The rest may be a decompression bomb.
    decoder.destroy();
  }
}

function createDecoder(encoding: string, [first = 0]: Buffer) {
  // The flush makes a truncated body valid. Chunks are small, because zlib discards the chunk in which it finds
  // an error.
  const options: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 1_024 };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip(options);
    case "deflate":
      // "deflate" is the zlib format (RFC 9110 section 8.4.1.2), but some servers send raw deflate.
      return (first & 15) === 8 ? createInflate(options) : createInflateRaw(options);
    case "br":
      return createBrotliDecompress({ ...options, finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}
