import { WsError } from "wschan";
import type { Checksum } from "./checksum.js";

/** Chunks of fewer bytes together are joined at once: each costs some 200 more than it holds. */
const SMALL = 4_096;

/** What a message has been decoded to so far: at most `limit` bytes. */
export class Output {
  size = 0;
  /** The checksum of all since this was last cleared. */
  sum: number | undefined;
  readonly limit: number;
  /** Who decodes it. */
  readonly codec: string;
  readonly #checksum: Checksum | undefined;
  #chunks: Uint8Array<ArrayBuffer>[] = [];

  constructor(codec: string, limit: number, checksum?: Checksum) {
    this.codec = codec;
    this.limit = limit;
    this.#checksum = checksum;
  }

  /** Takes over a chunk, which owns its buffer. Throws `MESSAGE_TOO_BIG`. */
  add(chunk: Uint8Array<ArrayBuffer>): void {
    const { codec, limit } = this;
    this.size += chunk.length;
    if (this.size > limit) {
      const text = `receive: ${codec}: decoded, it is over readLimit ${limit}: raise it`;
      throw new WsError("MESSAGE_TOO_BIG", text, { details: { codec, limit } });
    }
    this.sum = this.#checksum?.(chunk, this.sum);
    const chunks = this.#chunks;
    const last = chunks.at(-1);
    const both = (last?.length ?? SMALL) + chunk.length;
    chunks.push(both < SMALL ? join([...chunks.splice(-1), chunk], both) : chunk);
  }

  /** Hands it out in one piece, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const { size } = this;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.size = 0;
    return chunks[0]?.length === size ? chunks[0] : join(chunks, size);
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
