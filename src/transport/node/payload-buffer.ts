import { Buffer } from "node:buffer";

/** Smaller parts are copied into shared blocks, because each part that is kept costs an object. */
const MIN_KEPT_PART_BYTES = 8_192;

const FIRST_BLOCK_BYTES = 256;
const MAX_BLOCK_BYTES = 65_536;

/**
 * Collects the payload of a message that arrives in parts. It allocates at most about twice the bytes that
 * have arrived, whatever size the frame declares and however small its parts are.
 */
export class PayloadBuffer {
  /** The number of bytes that have been added. */
  size = 0;

  readonly #declaredSize: number | undefined;
  /** The whole payload, allocated when half of the declared size has arrived. Later parts are copied into it. */
  #whole: Buffer | undefined;
  #parts: Buffer[] = [];
  /** The block that small parts are copied to. Its first `#blockSize` bytes are in use. */
  #block: Buffer | undefined;
  #blockSize = 0;

  /** @param declaredSize - The size of the whole payload in bytes, if it is known. It must not be exceeded. */
  constructor(declaredSize?: number) {
    this.#declaredSize = declaredSize;
  }

  /** Adds a part, which may be a view of a larger chunk. */
  add(part: Buffer): void {
    const offset = this.size;
    this.size += part.length;
    if (this.#declaredSize !== undefined && this.size * 2 >= this.#declaredSize) {
      this.#whole ??= this.#join(this.#declaredSize);
      part.copy(this.#whole, offset);
    } else if (part.length >= MIN_KEPT_PART_BYTES && part.length * 2 >= part.buffer.byteLength) {
      // A view keeps its whole chunk alive, so a part is kept without copying only if it is most of its chunk.
      this.#endBlock();
      this.#parts.push(part);
    } else {
      for (let copied = 0; copied < part.length;) copied += this.#copy(part, copied);
    }
  }

  /** Returns the payload in a buffer of its own. */
  finish(): Buffer {
    return this.#whole ?? this.#join(this.size);
  }

  /** Moves all parts to the beginning of a new buffer of `size` bytes. */
  #join(size: number): Buffer {
    this.#endBlock();
    const whole = Buffer.allocUnsafeSlow(size);
    let offset = 0;
    for (const part of this.#parts) offset += part.copy(whole, offset);
    this.#parts = [];
    return whole;
  }

  /** Copies bytes of the part from `offset`, up to the end of the block. Returns the number of bytes copied. */
  #copy(part: Buffer, offset: number): number {
    let block = this.#block;
    if (!block || this.#blockSize === block.length) {
      this.#endBlock();
      // Doubling the allocated size keeps the number of blocks small.
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
