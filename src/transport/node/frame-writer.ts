import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { MASKED } from "./frames.js";
import { atTurnEnd } from "./turn-end.js";
import type { TurnEndTask } from "./turn-end.js";

const MASKING_KEY_BYTES = 4;
/** The header of a masked frame with a 64-bit length. */
const MAX_HEADER_BYTES = 14;

/** A batch that reaches this size is written before the turn ends. */
const MAX_BATCH_BYTES = 65_536;
/** The size of the buffer for the first batch of a connection; it grows as needed. */
const FIRST_BATCH_BYTES = 1_024;

/** Payloads of at least this size are masked in 32-bit words. */
const MIN_WORDWISE_BYTES = 64;

const KEY_POOL_BYTES = 8_192;

/** Random bytes for masking keys. Empty at first, so that the first key fills it. */
const keyPool: Uint8Array = /* @__PURE__ */ new Uint8Array(KEY_POOL_BYTES);
let keyPoolOffset: number = KEY_POOL_BYTES;

/** A masking key rotated to 32-bit alignment, as bytes and as a word. */
const rotatedKey: Uint8Array = /* @__PURE__ */ new Uint8Array(MASKING_KEY_BYTES);
const rotatedWord: Uint32Array = /* @__PURE__ */ (() => new Uint32Array(rotatedKey.buffer))();

/** The destination of a {@link FrameWriter}. */
export interface FrameTarget {
  /** Writes bytes that contain `frames` counted frames. Must not throw. */
  write(bytes: Buffer, frames: number): void;
}

/**
 * Writes frames in call order. The first frame of a turn of the event loop is written immediately, so that
 * it is not delayed by the rest of the turn. Later frames of the same turn are written together at its end.
 */
export class FrameWriter implements TurnEndTask {
  readonly #target: FrameTarget;
  /** True from the first frame of a turn until the end of that turn. */
  #isBatching = false;
  #batch: Buffer | undefined;
  #size = 0;
  #frames = 0;

  constructor(target: FrameTarget) {
    this.#target = target;
  }

  /** The size of the batch in bytes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a frame; the payload is copied. Returns the payload's size in bytes.
   *
   * @param first - The first byte of the frame: FIN, RSV1 and the opcode.
   * @param counted - False for pongs and close frames, which the target does not count.
   */
  add(first: number, payload: string | Uint8Array, counted = true): number {
    const isText = typeof payload === "string";
    const size = isText ? Buffer.byteLength(payload) : payload.length;
    const bytes = this.#reserve(MAX_HEADER_BYTES + size);
    const start = writeHeader(bytes, this.#size, first, size);
    const end = start + size;
    if (isText) bytes.write(payload, start);
    else bytes.set(payload, start);
    mask(bytes, start, end);
    this.#size = end;
    if (counted) this.#frames++;
    if (!this.#isBatching) {
      this.#isBatching = true;
      this.flush();
      atTurnEnd(this);
    } else if (end >= MAX_BATCH_BYTES) {
      this.flush();
    }
    return size;
  }

  onTurnEnd(): void {
    this.#isBatching = false;
    this.flush();
  }

  /** Writes the batch. */
  flush(): void {
    const bytes = this.#batch?.subarray(0, this.#size);
    if (!bytes) return;
    const frames = this.#frames;
    this.#batch = undefined;
    this.#size = this.#frames = 0;
    this.#target.write(bytes, frames);
  }

  /** Returns the buffer of the batch, with space for `more` bytes. */
  #reserve(more: number): Buffer {
    const batch = this.#batch;
    const needed = this.#size + more;
    if (!batch) {
      const size = this.#isBatching ? Math.max(more, FIRST_BATCH_BYTES) : more;
      return (this.#batch = Buffer.allocUnsafe(size));
    }
    if (needed <= batch.length) return batch;
    if (needed > MAX_BATCH_BYTES) {
      this.flush();
      return (this.#batch = Buffer.allocUnsafe(Math.max(more, MAX_BATCH_BYTES)));
    }
    this.#batch = Buffer.allocUnsafe(Math.min(needed * 4, MAX_BATCH_BYTES));
    batch.copy(this.#batch, 0, 0, this.#size);
    return this.#batch;
  }
}

/** Writes a header without its masking key. Returns the offset of the payload. */
function writeHeader(bytes: Buffer, offset: number, first: number, size: number): number {
  bytes[offset] = first;
  let end = offset + 2;
  if (size < 126) {
    bytes[offset + 1] = MASKED | size;
  } else if (size < 65_536) {
    bytes[offset + 1] = MASKED | 126;
    end = bytes.writeUInt16BE(size, end);
  } else {
    bytes[offset + 1] = MASKED | 127;
    end = bytes.writeUInt32BE(Math.floor(size / 2 ** 32), end);
    end = bytes.writeUInt32BE(size % 2 ** 32, end);
  }
  return end + MASKING_KEY_BYTES;
}

/** Masks a payload in place and writes the masking key before it (RFC 6455 section 5.3). */
function mask(bytes: Buffer, start: number, end: number): void {
  const key = nextMaskingKey();
  bytes.set(key, start - MASKING_KEY_BYTES);
  let done = start;
  if (end - start >= MIN_WORDWISE_BYTES) {
    // A Uint32Array must begin at a multiple of 4 bytes.
    const first = start + (-(bytes.byteOffset + start) & 3);
    maskBytes(bytes, key, start, start, first);
    done = maskWords(bytes, key, start, first, end);
  }
  maskBytes(bytes, key, start, done, end);
}

function nextMaskingKey(): Uint8Array {
  if (keyPoolOffset === KEY_POOL_BYTES) {
    randomFillSync(keyPool);
    keyPoolOffset = 0;
  }
  return keyPool.subarray(keyPoolOffset, (keyPoolOffset += MASKING_KEY_BYTES));
}

function maskBytes(bytes: Buffer, key: Uint8Array, start: number, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    bytes[i] = (bytes[i] as number) ^ (key[(i - start) & 3] as number);
  }
}

/** Masks whole 32-bit words from the aligned offset `from`. Returns the offset after the last one. */
function maskWords(
  bytes: Buffer,
  key: Uint8Array,
  start: number,
  from: number,
  to: number,
): number {
  for (let i = 0; i < MASKING_KEY_BYTES; i++) rotatedKey[i] = key[(from - start + i) & 3] as number;
  const word = rotatedWord[0] as number;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, (to - from) >> 2);
  for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) ^ word;
  return from + words.length * 4;
}
