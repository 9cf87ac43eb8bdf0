import { BitReader, MAX_BYTEWISE_COPY } from "./bit-reader.js";
import { corrupt } from "./failure.js";
import { getFixedCodes, HuffmanCode } from "./huffman.js";
import type { Codes } from "./huffman.js";
import type { Output } from "./output.js";

/** The longest distance and the longest match (RFC 1951 sections 2 and 3.2.5). */
const WINDOW_BYTES = 32_768;
const MAX_MATCH_BYTES = 258;

/** Size of the buffer for the window and for decoded data that is not yet in the output. */
const BUFFER_BYTES = 65_536;

/** The order in which a block lists the lengths of its code length code (RFC 1951 section 3.2.7). */
const CODE_LENGTH_ORDER = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
] as const;

/**
 * Inflates a raw deflate stream (RFC 1951) that arrives in pieces. Rejects the same streams as zlib.
 *
 * It reads units: the header of a block, a code length, a symbol with its distance, or bytes of a stored block.
 * Work is linear in input and output, because only a unit that the end of a piece cuts off is read again, and
 * because building the codes of a block, which costs a fixed amount, takes at least 11 bytes of input.
 */
export class Inflater {
  /** True if the stream has ended. */
  hasEnded = false;

  readonly #reader = new BitReader();
  #isLastBlock = false;
  /** Bytes of the current stored block that are not copied yet. */
  #stored = 0;
  /** Codes of the current compressed block. */
  #codes: Codes | undefined;
  readonly #ownCodes: Codes = [new HuffmanCode(), new HuffmanCode()];

  /**
   * State while the code lengths of a block are read: the number of all code lengths (0 when none are being read)
   * and of those of literals, the number read so far, the lengths, and the code that encodes them.
   */
  #lengthCount = 0;
  #literalCount = 0;
  #lengthsRead = 0;
  readonly #lengths = new Uint8Array(320);
  readonly #lengthCode = new HuffmanCode();

  /** The window up to `#start`, then decoded data up to `#end`; allocated on first use. */
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #start = 0;
  #end = 0;

  /** Prepares for another stream. */
  reset(): void {
    this.#reader.reset();
    this.hasEnded = this.#isLastBlock = false;
    this.#codes = undefined;
    this.#stored = this.#lengthCount = this.#start = this.#end = 0;
  }

  /**
   * Inflates `bytes` from `at` on. Returns the position after the end of the stream, or `bytes.length` if the
   * stream has not ended. Throws `INVALID_MESSAGE` or `MESSAGE_TOO_BIG`, after a reset.
   */
  feed(bytes: Uint8Array, at: number, output: Output): number {
    const reader = this.#reader;
    reader.feed(bytes, at);
    const buffer = (this.#buffer ??= new Uint8Array(BUFFER_BYTES));
    try {
      while (this.#readUnits(buffer, output));
      this.#flush(buffer, output);
    } catch (error) {
      // The reset also releases the reference to the message.
      this.reset();
      throw error;
    }
    if (this.hasEnded) {
      reader.align();
      const { position } = reader;
      reader.reset();
      return position;
    }
    reader.release();
    return bytes.length;
  }

  /** Reads units of one kind. Returns false at the end of the input or of the stream. */
  #readUnits(buffer: Uint8Array<ArrayBuffer>, output: Output): boolean {
    this.#makeRoom(buffer, output);
    if (this.#stored) return this.#copyStored(buffer);
    if (this.#codes) return this.#decode(this.#codes, buffer, output.codec);
    if (this.#lengthCount) return this.#readLengths(output.codec);
    if (!this.#isLastBlock) return this.#readHeader(output.codec);
    this.hasEnded = true;
    return false;
  }

  /** Returns true, after a rewind, if the current unit is cut off. Otherwise throws if there is a problem. */
  #isCutOff(codec: string, problem: string | undefined): boolean {
    const reader = this.#reader;
    const { isCutOff } = reader;
    if (isCutOff || problem) reader.rewind();
    // A problem in a unit that is cut off may be due to the zeros read beyond the end of the input.
    if (problem && !isCutOff) throw corrupt(codec, problem, reader.position);
    return isCutOff;
  }

  /** Reads the header of a block, up to its code lengths. */
  #readHeader(codec: string): boolean {
    const reader = this.#reader;
    reader.mark();
    const isLast = reader.read(1) > 0;
    const problem = this.#readBlock(reader.read(2));
    if (this.#isCutOff(codec, problem)) {
      this.#codes = undefined;
      this.#stored = this.#lengthCount = 0;
      return false;
    }
    this.#isLastBlock = isLast;
    // A block without its own codes may be as short as 10 bits, so allocate nothing for it.
    const lengths = this.#lengthCount && this.#lengths.subarray(0, CODE_LENGTH_ORDER.length);
    if (lengths && !this.#lengthCode.build(lengths, false)) {
      throw corrupt(codec, "invalid code lengths set", reader.position);
    }
    return true;
  }

  /** Reads the rest of a block header, after the type. Returns the problem, if there is one. */
  #readBlock(type: number): string | undefined {
    const reader = this.#reader;
    if (type === 3) return "invalid block type";
    if (type === 2) return this.#readCounts();
    if (type === 1) this.#codes = getFixedCodes();
    else {
      reader.align();
      this.#stored = reader.read(16);
      if (reader.read(16) !== (this.#stored ^ 0xffff)) return "invalid stored block lengths";
    }
    return undefined;
  }

  /**
   * Reads the header of a block with its own codes, up to the lengths of the code length code (RFC 1951 section
   * 3.2.7). Returns the problem, if there is one.
   */
  #readCounts(): string | undefined {
    const reader = this.#reader;
    this.#literalCount = reader.read(5) + 257;
    const distanceCount = reader.read(5) + 1;
    if (this.#literalCount > 286 || distanceCount > 30) return "too many symbols";
    const lengths = this.#lengths.fill(0);
    const size = reader.read(4) + 4;
    for (const symbol of CODE_LENGTH_ORDER.slice(0, size)) lengths[symbol] = reader.read(3);
    this.#lengthsRead = 0;
    this.#lengthCount = this.#literalCount + distanceCount;
    return undefined;
  }

  /** Reads code lengths and, after the last one, builds the codes. A unit is one length or a run of them. */
  #readLengths(codec: string): boolean {
    const reader = this.#reader;
    const lengths = this.#lengths;
    while (this.#lengthsRead < this.#lengthCount) {
      reader.mark();
      const start = this.#lengthsRead;
      const symbol = reader.readSymbol(this.#lengthCode);
      let length: number | undefined = symbol;
      let end = start + 1;
      if (symbol > 15) {
        length = symbol > 16 ? 0 : lengths[start - 1];
        end = start + (symbol > 17 ? reader.read(7) + 11 : reader.read(symbol - 14) + 3);
      }
      const isBad = symbol < 0 || length === undefined || end > this.#lengthCount;
      if (this.#isCutOff(codec, isBad ? "invalid code lengths" : undefined)) return false;
      lengths.fill(length as number, start, end);
      this.#lengthsRead = end;
    }
    const [literals, distances] = (this.#codes = this.#ownCodes);
    const isComplete =
      // Symbol 256, which ends the block, must have a code.
      lengths[256] &&
      literals.build(lengths.subarray(0, this.#literalCount)) &&
      distances.build(lengths.subarray(this.#literalCount, this.#lengthCount));
    if (!isComplete) {
      throw corrupt(codec, "invalid literal/length or distance codes", reader.position);
    }
    this.#lengthCount = 0;
    return true;
  }

  /** Copies bytes of a stored block. Returns false at the end of the input. */
  #copyStored(buffer: Uint8Array): boolean {
    const size = Math.min(this.#stored, BUFFER_BYTES - this.#end);
    const copied = this.#reader.readBytes(buffer, this.#end, size);
    this.#end += copied;
    this.#stored -= copied;
    return copied > 0;
  }

  /** Decodes symbols up to the end of the block, the input or the buffer. Returns false if the input ended. */
  #decode([literals, distances]: Codes, buffer: Uint8Array, codec: string): boolean {
    const reader = this.#reader;
    let end = this.#end;
    while (this.#codes && end <= BUFFER_BYTES - MAX_MATCH_BYTES) {
      reader.mark();
      const symbol = reader.readSymbol(literals);
      let size = 0;
      let distance = 0;
      if (symbol > 256) {
        size = this.#readLength(symbol - 257);
        distance = this.#readDistance(reader.readSymbol(distances));
      }
      const problem =
        distance > end
          ? "invalid distance"
          : symbol < 0 || symbol > 285
            ? "invalid literal or length"
            : undefined;
      if ((problem || reader.isCutOff) && this.#isCutOff(codec, problem)) {
        this.#end = end;
        return false;
      }
      if (symbol < 256) buffer[end++] = symbol;
      else if (symbol === 256) this.#codes = undefined;
      else end = copyMatch(buffer, end, size, distance);
    }
    this.#end = end;
    return true;
  }

  /** Reads the extra bits of a length code. Computes the values that RFC 1951 section 3.2.5 lists. */
  #readLength(code: number): number {
    if (code < 8) return code + 3;
    if (code === 28) return MAX_MATCH_BYTES;
    const extra = (code >> 2) - 1;
    return ((4 | (code & 3)) << extra) + this.#reader.read(extra) + 3;
  }

  /** Reads the extra bits of a distance code. */
  #readDistance(code: number): number {
    // An invalid distance, which the caller rejects. Not `Infinity`, because V8 is faster with integers only.
    if (code < 0 || code > 29) return BUFFER_BYTES + 1;
    if (code < 4) return code + 1;
    const extra = (code >> 1) - 1;
    return ((2 | (code & 1)) << extra) + this.#reader.read(extra) + 1;
  }

  /** Makes room for the longest match: flushes the buffer and keeps only the window. */
  #makeRoom(buffer: Uint8Array<ArrayBuffer>, output: Output): void {
    if (this.#end <= BUFFER_BYTES - MAX_MATCH_BYTES) return;
    this.#flush(buffer, output);
    buffer.copyWithin(0, this.#end - WINDOW_BYTES, this.#end);
    this.#start = this.#end = WINDOW_BYTES;
  }

  /** Passes decoded data to the output. */
  #flush(buffer: Uint8Array, output: Output): void {
    if (this.#end > this.#start) output.add(buffer.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

/** Copies a match to `at`. Returns the position after it. */
function copyMatch(buffer: Uint8Array, at: number, size: number, distance: number): number {
  const from = at - distance;
  const end = at + size;
  if (distance === 1) {
    buffer.fill(buffer[from] as number, at, end);
    return end;
  }
  // If a match overlaps itself, each step doubles the number of bytes that the next step can copy.
  while (end - at > MAX_BYTEWISE_COPY) {
    const step = Math.min(at - from, end - at);
    buffer.copyWithin(at, from, from + step);
    at += step;
  }
  for (; at < end; at++) buffer[at] = buffer[at - distance] as number;
  return end;
}
