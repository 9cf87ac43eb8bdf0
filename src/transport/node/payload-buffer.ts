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
  /** How many bytes have been added. */
  size = 0;

  readonly #parts: Buffer[] = [];
  /** Small parts are copied here, up to `#blockSize`. */
  #block: Buffer | undefined;
  #blockSize = 0;

  /** Adds a part, which may be a view on a larger chunk. */
  add(part: Buffer): void {
    this.size += part.length;
    // A view keeps its whole chunk alive.
    if (part.length >= MIN_KEPT_PART_BYTES && part.length * 2 >= part.buffer.byteLength) {
      this.#endBlock();
      this.#parts.push(part);
      return;
    }
    for (let offset = 0; offset < part.length;) offset += this.#copy(part, offset);
  }

  /** The payload in a buffer of its own, with `room` unused bytes at its end. */
  finish(room = 0): Buffer {
    this.#endBlock();
    const whole = Buffer.allocUnsafeSlow(this.size + room);
    let offset = 0;
    for (const part of this.#parts) offset += part.copy(whole, offset);
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
