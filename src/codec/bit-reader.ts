import type { HuffmanCode } from "./huffman.js";
import { join } from "./output.js";

/** The longest copy for which a loop over the bytes is faster than a call of `set` or `copyWithin`. */
export const MAX_BYTEWISE_COPY = 32;

const EMPTY: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array();

/**
 * Reads bits, least significant first (RFC 1951 section 3.1.1), from input that arrives in pieces.
 *
 * Bits beyond the end of the input read as zeros. So the caller calls `mark` before a unit, reads the unit, and
 * then checks `isCutOff`. If the unit is cut off, the caller calls `rewind` and reads it again after the next
 * `feed`.
 */
export class BitReader {
  #input: Uint8Array = EMPTY;
  /** Position of the latest piece in `#input`. */
  #offset = 0;
  /** Position of the next byte, and the unread bits of the bytes before it. */
  #at = 0;
  #bits = 0;
  #bitCount = 0;
  /** The values of the three fields above at the mark. */
  #markedAt = 0;
  #markedBits = 0;
  #markedBitCount = 0;

  /** Discards all input. */
  reset(): void {
    this.#input = EMPTY;
    this.#at = this.#bits = this.#bitCount = 0;
  }

  /** Appends the bytes of a piece from `at` on to the input. */
  feed(bytes: Uint8Array, at: number): void {
    const left = this.#input.length;
    this.#input = left ? join([this.#input, bytes.subarray(at)], left + bytes.length - at) : bytes;
    this.#at = left ? 0 : at;
    this.#offset = left && left - at;
  }

  /** Copies the unread bytes, so that no reference to the caller's piece remains. */
  release(): void {
    this.#input = this.#at < this.#input.length ? this.#input.slice(this.#at) : EMPTY;
  }

  /** Position in the latest piece of the byte with the next unread bit. */
  get position(): number {
    return Math.max(0, this.#at - ((this.#bitCount + 7) >> 3) - this.#offset);
  }

  /** Remembers the position for {@link rewind}. */
  mark(): void {
    this.#markedAt = this.#at;
    this.#markedBits = this.#bits;
    this.#markedBitCount = this.#bitCount;
  }

  /** True if bits beyond the end of the input were read. */
  get isCutOff(): boolean {
    return this.#at - (this.#bitCount >> 3) > this.#input.length;
  }

  /** Returns to the mark. */
  rewind(): void {
    this.#at = this.#markedAt;
    this.#bits = this.#markedBits;
    this.#bitCount = this.#markedBitCount;
    this.#returnBytes();
  }

  /** Skips the remaining bits of a partly read byte. */
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

  /** Reads a symbol. Returns -1 if no code matches. */
  readSymbol(code: HuffmanCode): number {
    if (this.#bitCount < 15) this.#need(15);
    const entry = code.find(this.#bits);
    // If no code matches, all 15 bits had to be read to know it, so consume them for `isCutOff`.
    const length = entry & 15 || 15;
    this.#bits >>>= length;
    this.#bitCount -= length;
    return entry ? entry >> 4 : -1;
  }

  /** Reads up to `size` bytes into `target`. The position must be aligned. Returns the number of bytes read. */
  readBytes(target: Uint8Array, start: number, size: number): number {
    const input = this.#input;
    const at = this.#at;
    const count = Math.min(size, input.length - at);
    if (count > MAX_BYTEWISE_COPY) target.set(input.subarray(at, at + count), start);
    else for (let i = 0; i < count; i++) target[start + i] = input[at + i] as number;
    this.#at += count;
    return count;
  }

  /** Loads at least `count` bits into `#bits`. */
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

  /** Returns whole unread bytes from `#bits` to the input. */
  #returnBytes(): void {
    this.#at -= this.#bitCount >> 3;
    this.#bitCount &= 7;
    this.#bits &= (1 << this.#bitCount) - 1;
  }
}
