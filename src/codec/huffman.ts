/** The longest code, in bits: RFC 1951 section 3.2.7. */
const MAX_BITS = 15;

/**
 * The longest code, in bits, that is looked up in a table. Longer codes are rare in real data and are read bit by
 * bit, because filling a table for them would cost more than decoding most blocks.
 */
const FAST_BITS = 9;

/** The largest alphabet: RFC 1951 section 3.2.6. */
const MAX_SYMBOLS = 288;

/** A Huffman code (RFC 1951 section 3.2.2). It is rebuilt for each block without allocations. */
export class HuffmanCode {
  /** Results of {@link find}, indexed by the next bits of the input; 0 if there is no code, or a longer one. */
  readonly #fast = new Uint16Array(1 << FAST_BITS);
  #mask = 0;
  /** The number of codes of each length, and the symbols in the order of their codes. */
  readonly #counts = new Uint16Array(MAX_BITS + 1);
  readonly #symbols = new Uint16Array(MAX_SYMBOLS);
  /** Used by `build`: the index in `#symbols` of the next symbol, by the length of its code. */
  readonly #next = new Uint16Array(MAX_BITS + 2);

  /**
   * Builds the code from the length of each symbol's code, 0 for a symbol without a code. Returns false for the
   * lengths that zlib rejects: those of an over-subscribed code, and those of an incomplete code. Two incomplete
   * codes are allowed: an empty one and, if `mayBeSingle` is true, a single code of one bit.
   */
  build(lengths: Uint8Array, mayBeSingle = true): boolean {
    const counts = this.#counts.fill(0);
    for (const length of lengths) counts[length] = (counts[length] as number) + 1;
    counts[0] = 0;
    const next = this.#next.fill(0);
    let free = 1;
    let longest = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      const count = counts[length] as number;
      next[length + 1] = (next[length] as number) + count;
      if (count) longest = length;
      free = free * 2 - count;
      if (free < 0) return false;
    }
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol] as number;
      if (length) {
        const index = next[length] as number;
        this.#symbols[index] = symbol;
        next[length] = index + 1;
      }
    }
    this.#fillFast(longest);
    return free === 0 || longest <= (mayBeSingle ? 1 : 0);
  }

  /** Fills the lookup table. */
  #fillFast(longest: number): void {
    const size = 1 << Math.min(longest, FAST_BITS);
    const fast = this.#fast.fill(0, 0, size);
    this.#mask = size - 1;
    // In the input, the first bit of a code is the lowest (RFC 1951 section 3.1.1), so the codes are
    // counted with their bits reversed.
    let code = 0;
    let index = 0;
    for (let length = 1; 1 << length <= size; length++) {
      for (let left = this.#counts[length] as number; left > 0; left--) {
        const entry = ((this.#symbols[index++] as number) << 4) | length;
        for (let at = code; at < size; at += 1 << length) fast[at] = entry;
        let bit = 1 << (length - 1);
        for (; code & bit; bit >>= 1) code ^= bit;
        code |= bit;
      }
    }
  }

  /** Finds the code at the start of the next 15 bits. Returns `symbol << 4 | length`, or 0 if there is none. */
  find(bits: number): number {
    return (this.#fast[bits & this.#mask] as number) || this.#findLong(bits);
  }

  /** Compares the code read so far with the range of codes of each length, like Mark Adler's puff. */
  #findLong(bits: number): number {
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      const count = this.#counts[length] as number;
      code += (bits >> (length - 1)) & 1;
      if (code < count) return ((this.#symbols[index + code] as number) << 4) | length;
      index += count;
      code = (code - count) * 2;
    }
    return 0;
  }
}

/** The Huffman codes of a block. */
export type Codes = readonly [literals: HuffmanCode, distances: HuffmanCode];

let fixedCodes: Codes | undefined;

/** Returns the fixed codes of RFC 1951 section 3.2.6, which are built on first use. */
export function getFixedCodes(): Codes {
  if (!fixedCodes) {
    const [literals, distances] = (fixedCodes = [new HuffmanCode(), new HuffmanCode()]);
    literals.build(new Uint8Array(MAX_SYMBOLS).fill(8).fill(9, 144, 256).fill(7, 256, 280));
    distances.build(new Uint8Array(32).fill(5));
  }
  return fixedCodes;
}
