/** Order in which the lengths of the code length code are written (RFC 1951 section 3.2.7). */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A Huffman code: the length of each symbol's code in bits, or 0 for a symbol without a code. */
export type Lengths = readonly number[];

const cache = new WeakMap<Lengths, readonly number[]>();

/** Returns the codes for lengths (RFC 1951 section 3.2.2). They are computed once. */
function codesOf(lengths: Lengths): readonly number[] {
  let codes = cache.get(lengths);
  if (!codes) cache.set(lengths, (codes = assignCodes(lengths)));
  return codes;
}

function assignCodes(lengths: Lengths): readonly number[] {
  const codes: number[] = [];
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code <<= 1;
    lengths.forEach((each, symbol) => {
      if (each === length) codes[symbol] = code++;
    });
  }
  return codes;
}

/** Returns `zeros` symbols without a code, followed by one symbol for each of `lengths`. */
export const after = (zeros: number, ...lengths: number[]): Lengths => [
  ...Array.from({ length: zeros }, () => 0),
  ...lengths,
];

/** Returns a complete code of `longest + 1` symbols with lengths from 1 to `longest` bits. */
export const chain = (longest: number): Lengths => [
  ...Array.from({ length: longest }, (_, n) => n + 1),
  longest,
];

/** The fixed literal and length code (RFC 1951 section 3.2.6). */
const FIXED: Lengths = Array.from({ length: 288 }, (_, n) =>
  n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8,
);

/** Writes deflate data bit by bit, including data that no compressor produces. */
export class DeflateWriter {
  readonly #bytes: number[] = [];
  #current = 0;
  #bits = 0;

  /** Number of complete bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Writes the lowest `bits` bits of a number, the lowest bit first. */
  put(value: number, bits: number): this {
    for (let bit = 0; bit < bits; bit++) {
      this.#current |= ((value >>> bit) & 1) << this.#bits;
      if (++this.#bits === 8) {
        this.#bytes.push(this.#current);
        this.#current = this.#bits = 0;
      }
    }
    return this;
  }

  /** Writes the code of a symbol, the highest bit first. */
  symbol(lengths: Lengths, symbol: number): this {
    const code = codesOf(lengths)[symbol] as number;
    for (let bit = (lengths[symbol] as number) - 1; bit >= 0; bit--) this.put(code >> bit, 1);
    return this;
  }

  /** Writes a stored block; `check` is the complement of its length. */
  stored(bytes: Uint8Array, isLast = false, check: number = ~bytes.length & 0xffff): this {
    this.put(isLast ? 1 : 0, 3).align();
    this.put(bytes.length, 16).put(check, 16);
    for (const byte of bytes) this.put(byte, 8);
    return this;
  }

  /** Begins a block with the fixed codes, and writes symbols of literals and lengths. */
  fixed(isLast: boolean, ...symbols: number[]): this {
    this.put(isLast ? 1 : 0, 1).put(1, 2);
    for (const symbol of symbols) this.symbol(FIXED, symbol);
    return this;
  }

  /** Ends a block with the fixed codes. */
  end(): this {
    return this.symbol(FIXED, 256);
  }

  /** Begins a block with dynamic codes. Runs of zero lengths are written as symbol 18. */
  dynamic(isLast: boolean, literals: Lengths, distances: Lengths): this {
    const steps: [symbol: number, extra?: number][] = [];
    const lengths = [...literals, ...distances];
    for (let at = 0; at < lengths.length;) {
      const end = lengths.findIndex((length, index) => index >= at && length > 0);
      const zeros = Math.min(138, (end < 0 ? lengths.length : end) - at);
      if (zeros >= 11) steps.push([18, zeros - 11]);
      else steps.push([lengths[at] as number]);
      at += zeros >= 11 ? zeros : 1;
    }
    return this.header(isLast, literals.length, distances.length, steps);
  }

  /** Begins a block with dynamic codes, whose lengths are given as symbols of the code length code. */
  header(
    isLast: boolean,
    literals: number,
    distances: number,
    steps: readonly (readonly [symbol: number, extra?: number])[],
    code: Lengths = completeCode(steps.map(([symbol]) => symbol)),
  ): this {
    this.put(isLast ? 1 : 0, 1).put(2, 2);
    this.put(literals - 257, 5).put(distances - 1, 5);
    this.put(CODE_LENGTH_ORDER.length - 4, 4);
    for (const symbol of CODE_LENGTH_ORDER) this.put(code[symbol] ?? 0, 3);
    for (const [symbol, extra = 0] of steps) {
      this.symbol(code, symbol).put(extra, symbol < 16 ? 0 : ([2, 3, 7][symbol - 16] as number));
    }
    return this;
  }

  align(): this {
    return this.put(0, (8 - this.#bits) % 8);
  }

  /** Returns all bytes. The last one is padded with zeros. */
  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.align().#bytes);
  }
}

/** Returns a complete code for these of the 19 symbols, with lengths that differ by one bit at most. */
function completeCode(symbols: readonly number[]): Lengths {
  const used = CODE_LENGTH_ORDER.filter((symbol) => symbols.includes(symbol));
  // A complete code has at least two symbols.
  for (const symbol of [0, 18]) if (used.length < 2 && !used.includes(symbol)) used.push(symbol);
  const bits = Math.floor(Math.log2(used.length));
  const long = 2 * (used.length - 2 ** bits);
  const code = after(19) as number[];
  used.forEach((symbol, index) => (code[symbol] = index < used.length - long ? bits : bits + 1));
  return code;
}
