import { WsError } from "../errors/ws-error.js";
import type { Checksum } from "./checksum.js";

/** The least size of all chunks but the first, in bytes: small parts share one. */
const CHUNK_SIZE = 4_096;

/** Collects the bytes that one message decodes to, at most `limit`. */
export class Output {
  size = 0;
  /** The checksum of the bytes since it was last cleared. */
  sum: number | undefined;
  readonly limit: number;
  /** The codec's name, for errors. */
  readonly codec: string;
  readonly #checksum: Checksum | undefined;
  /** All are full but for the last one. */
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  /** Free bytes of the last chunk. */
  #free = 0;

  constructor(codec: string, limit: number, checksum?: Checksum) {
    this.codec = codec;
    this.limit = limit;
    this.#checksum = checksum;
  }

  /** Appends a copy of `bytes`. Throws `MESSAGE_TOO_BIG`. */
  add(bytes: Uint8Array): void {
    const { codec, limit } = this;
    this.size += bytes.length;
    if (this.size > limit) throw tooBig(codec, limit);
    this.sum = this.#checksum?.(bytes, this.sum);
    const last = this.#chunks.at(-1);
    const fitting = bytes.subarray(0, this.#free);
    last?.set(fitting, last.length - this.#free);
    this.#free -= fitting.length;
    const rest = bytes.subarray(fitting.length);
    if (rest.length === 0) return;
    // One chunk of the right size needs no copy in the end.
    const chunk = new Uint8Array(last ? Math.max(rest.length, CHUNK_SIZE) : rest.length);
    chunk.set(rest);
    this.#free = chunk.length - rest.length;
    this.#chunks.push(chunk);
  }

  /** Returns all bytes in a buffer of their own, and starts again. */
  take(): Uint8Array<ArrayBuffer> {
    const { size } = this;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#free = this.size = 0;
    return chunks[0]?.length === size ? chunks[0] : join(chunks, size);
  }
}

/** The error of a message that decodes to more than `limit` bytes. */
export function tooBig(codec: string, limit: number): WsError {
  const text = `receive: ${codec}: decoded message exceeds readLimit (${limit}); raise readLimit`;
  return new WsError("MESSAGE_TOO_BIG", text, { details: { codec, limit } });
}

/** Joins the first `size` bytes of chunks. */
export function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
  }
  return whole;
}
