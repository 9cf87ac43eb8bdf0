import { Buffer } from "node:buffer";

/** Parts smaller than this are copied together, so that tiny parts do not each keep an object alive. */
const MIN_KEPT_PART_BYTES = 8_192;

const FIRST_BLOCK_BYTES = 256;
const MAX_BLOCK_BYTES = 65_536;

/**
 * Collects the payload of a message that arrives in parts. It holds at most about twice the bytes that
 * have arrived, however long the message claims to be and however small its parts are.
 */
export class PayloadBuffer {
  /** The number of bytes that have been added. */
  size = 0;

  readonly #declaredSize: number | undefined;
  /** The whole payload. It exists once half of the declared size has arrived; parts then go there. */
  #whole: Buffer | undefined;
  #parts: Buffer[] = [];
  /** Small parts are copied here, up to `#blockSize`. */
  #block: Buffer | undefined;
  #blockSize = 0;

  /** @param declaredSize - The size of the whole payload, if it is known; no more may be added. */
  constructor(declaredSize?: number) {
    this.#declaredSize = declaredSize;
  }

  /** Adds a part, which may be a view on a larger chunk. */
  add(part: Buffer): void {
    const offset = this.size;
    this.size += part.length;
    if (this.#declaredSize !== undefined && this.size * 2 >= this.#declaredSize) {
      this.#whole ??= this.#join(this.#declaredSize);
      part.copy(this.#whole, offset);
    } else if (part.length >= MIN_KEPT_PART_BYTES && part.length * 2 >= part.buffer.byteLength) {
      // A view keeps its whole chunk alive, so only a large part of a chunk is kept as one.
      this.#endBlock();
      this.#parts.push(part);
    } else {
      for (let copied = 0; copied < part.length;) copied += this.#copy(part, copied);
    }
  }

  /** The payload in a buffer of its own. */
  finish(): Buffer {
    return this.#whole ?? this.#join(this.size);
  }

  /** Moves all parts to the beginning of a new buffer. */
  #join(size: number): Buffer {
    this.#endBlock();
    const whole = Buffer.allocUnsafeSlow(size);
    let offset = 0;
    for (const part of this.#parts) offset += part.copy(whole, offset);
    this.#parts = [];
    return whole;
  }

  /** Copies as much of the part as the block has room for, and returns that size. */
  #copy(part: Buffer, offset: number): number {
    let block = this.#block;
    if (!block || this.#blockSize === block.length) {
      this.#endBlock();
      // As large as what is held already, so that there are few blocks.
      const size = Math.min(Math.max(this.size, FIRST_BLOCK_BYTES), MAX_BLOCK_BYTES);
      block = this.#block = Buffer.allocUnsafeSlow(size);
    }
    const copied = part.copy(block, this.#blockSize, offset);
    this.#blockSize += copied;
    return copied;
  }

  #endBlock(): void {
    if (this.#block) this.#parts.push(this.#block.subarray(0, this.#blockSize));
    this.#block = undefined;
    this.#blockSize = 0;
  }
}
