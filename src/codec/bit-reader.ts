import type { HuffmanCode } from "./huffman.js";
import { join } from "./output.js";

/** Up to this many bytes are copied faster one by one than by a call. */
export const MAX_BYTEWISE_COPY = 32;

const EMPTY: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array();

/**
 * Reads bits, the lowest of a byte first (RFC 1951 section 3.1.1), from input that arrives in pieces.
 *
 * The caller marks where a unit begins, reads it, and asks `isCutOff`: beyond the end of the input all bits
 * are zeros. A unit that is cut off is read again, from the mark, when there is more input.
 */
export class BitReader {
  #input: Uint8Array = EMPTY;
  /** Subtracted from a position in `#input` for the position in the latest piece. */
  #offset = 0;
  /** Position of the next byte; and the bits of those before it that are still to be read. */
  #at = 0;
  #bits = 0;
  #bitCount = 0;
  /** The same three at the mark. */
  #markedAt = 0;
  #markedBits = 0;
  #markedBitCount = 0;

  reset(): void {
    this.#input = EMPTY;
    this.#at = this.#bits = this.#bitCount = 0;
  }

  /** Goes on with a piece from `at` on. */
  feed(bytes: Uint8Array, at: number): void {
    const left = this.#input.length;
    this.#input = left ? join([this.#input, bytes.subarray(at)], left + bytes.length - at) : bytes;
    this.#at = left ? 0 : at;
    this.#offset = left && left - at;
  }

  /** Lets go of the piece, which is the caller's: keeps a copy of bytes that are still to be read. */
  release(): void {
    this.#input = this.#at < this.#input.length ? this.#input.slice(this.#at) : EMPTY;
  }

  /** Position in the latest piece of the byte whose bits come next. */
  get position(): number {
    return Math.max(0, this.#at - ((this.#bitCount + 7) >> 3) - this.#offset);
  }

  mark(): void {
    this.#markedAt = this.#at;
    this.#markedBits = this.#bits;
    this.#markedBitCount = this.#bitCount;
  }

  /** True if more bits were read than there are. */
  get isCutOff(): boolean {
    return this.#at - (this.#bitCount >> 3) > this.#input.length;
  }

  /** Goes back to the mark. */
  goBack(): void {
    this.#at = this.#markedAt;
    this.#bits = this.#markedBits;
    this.#bitCount = this.#markedBitCount;
    this.#returnBytes();
  }

  /** Skips the rest of a byte that was read in part. */
  align(): void {
    this.#drop(this.#bitCount & 7);
    this.#returnBytes();
  }

  /** Reads a number of up to 16 bits. */
  read(count: number): number {
    this.#need(count);
    const value = this.#bits & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  /** Reads a symbol; -1 if there is no such code. */
  readSymbol(code: HuffmanCode): number {
    if (this.#bitCount < 15) this.#need(15);
    const entry = code.find(this.#bits);
    // Only all of the 15 bits say that there is no such code.
    const length = entry & 15 || 15;
    this.#bits >>>= length;
    this.#bitCount -= length;
    return entry ? entry >> 4 : -1;
  }

  /** Reads up to `size` bytes, aligned, into `target`. Returns how many. */
  readBytes(target: Uint8Array, start: number, size: number): number {
    const input = this.#input;
    const at = this.#at;
    const count = Math.min(size, input.length - at);
    if (count > MAX_BYTEWISE_COPY) target.set(input.subarray(at, at + count), start);
    else for (let i = 0; i < count; i++) target[start + i] = input[at + i] as number;
    this.#at += count;
    return count;
  }

  #need(count: number): void {
    let at = this.#at;
    let bitCount = this.#bitCount;
    for (; bitCount < count; bitCount += 8) {
      this.#bits |= (this.#input[at++] as number) << bitCount;
    }
    this.#at = at;
    this.#bitCount = bitCount;
  }

  #drop(count: number): void {
    this.#bits >>>= count;
    this.#bitCount -= count;
  }

  /** Gives whole bytes back to the input. */
  #returnBytes(): void {
    this.#at -= this.#bitCount >> 3;
    this.#bitCount &= 7;
    this.#bits &= (1 << this.#bitCount) - 1;
  }
}
