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

/** The most that is read of a body, and that is kept of it when it is decompressed, in bytes. */
const MAX_BODY_BYTES = 65_536;

/** The longest wait for a body, in milliseconds. */
const BODY_TIMEOUT_MS = 1_000;

/** Reads the start of a body: what arrives within the limits, even if it is cut short or stalls. */
export async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const body = await collect(response, signal);
  const decoded = await decode(body, response.headers["content-encoding"]?.trim().toLowerCase());
  return decoded.toString();
}

/** Reads the start of a stream, until it ends or fails, time is up, or the signal fires. */
function collect(stream: Readable, signal?: AbortSignal): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES));
    };
    const timer = setTimeout(done, BODY_TIMEOUT_MS);
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
 * Decompresses the start of a body. Returns what comes out before the first fault, and nothing for an
 * encoding that is unknown: its bytes are no text.
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
    // It may be a bomb, far from its end.
    decoder.destroy();
  }
}

function createDecoder(encoding: string, [first = 0]: Buffer) {
  // A body that is cut short is no error: its output is flushed. Small chunks, because what a call of zlib
  // puts out is lost if it finds a fault.
  const options: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 1_024 };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip(options);
    case "deflate":
      // It means zlib's format (RFC 9110 section 8.4.1.2), but some servers send raw deflate.
      return (first & 15) === 8 ? createInflate(options) : createInflateRaw(options);
    case "br":
      return createBrotliDecompress({ ...options, finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}
