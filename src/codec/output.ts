import type { WsError } from "../errors/ws-error.js";
import { readLimitError } from "../protocol/read-limit.js";
import type { Checksum } from "./checksum.js";

/** Minimum size of every chunk after the first, so that small parts share a chunk. */
const MIN_CHUNK_BYTES = 4_096;

/** Collects the decoded bytes of one message, up to `limit`. */
export class Output {
  size = 0;
  /** Checksum of the bytes that were added since it was last set to `undefined`. */
  sum: number | undefined;
  readonly limit: number;
  /** The codec's name, for error messages. */
  readonly codec: string;
  readonly #checksum: Checksum | undefined;
  /** Chunks of the collected bytes. All except the last one are full. */
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  /** Number of free bytes in the last chunk. */
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
    // The first chunk has exactly the right size, so that output of a single part needs no copy in `take`.
    const chunk = new Uint8Array(last ? Math.max(rest.length, MIN_CHUNK_BYTES) : rest.length);
    chunk.set(rest);
    this.#free = chunk.length - rest.length;
    this.#chunks.push(chunk);
  }

  /** Returns the collected bytes, which fill their whole buffer, and clears the output. */
  take(): Uint8Array<ArrayBuffer> {
    const { size } = this;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#free = this.size = 0;
    return chunks[0]?.length === size ? chunks[0] : join(chunks, size);
  }
}

/** Creates the error of a message that decodes to more than `limit` bytes. */
export function tooBig(codec: string, limit: number): WsError {
  return readLimitError(`receive: ${codec}`, limit, { codec });
}

/** Returns the first `size` bytes of the chunks, joined. */
export function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
  }
  return whole;
}
