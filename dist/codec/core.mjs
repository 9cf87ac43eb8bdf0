import { W as WsError, r as readLimitError, p as platformClass, m as must, o as oneOf, a as parseBy, b as payloadMemory, t as toBytes, i as integer, T as TEXT } from '../core.mjs';

const SLICE_BYTES = 8;
const MIN_SLICED_BYTES = 128;
let tables;
function makeTables() {
  const made = new Int32Array(SLICE_BYTES * 256);
  for (let at = 0; at < made.length; at++) {
    let value = at < 256 ? at : made[at - 256];
    for (let bit = 0; bit < 8; bit++) value = value >>> 1 ^ (value & 1 ? 3988292384 : 0);
    made[at] = value;
  }
  return made;
}
const crc32 = (bytes, value = 0) => {
  const table = tables ??= makeTables();
  const { length } = bytes;
  let crc = ~value;
  let at = 0;
  if (length >= MIN_SLICED_BYTES) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const four = (word, zeros) => table[(zeros + 3 << 8) + (word & 255)] ^ table[(zeros + 2 << 8) + (word >>> 8 & 255)] ^ table[(zeros + 1 << 8) + (word >>> 16 & 255)] ^ table[(zeros << 8) + (word >>> 24)];
    for (; at + SLICE_BYTES <= length; at += SLICE_BYTES) {
      crc = four(crc ^ view.getInt32(at, true), 4) ^ four(view.getInt32(at + 4, true), 0);
    }
  }
  while (at < length) crc = table[(crc ^ bytes[at++]) & 255] ^ crc >>> 8;
  return ~crc >>> 0;
};
const MODULUS = 65521;
const REDUCTION_BYTES = 3850;
const adler32 = (bytes, value = 1) => {
  let low = value & 65535;
  let high = value >>> 16;
  for (let at = 0; at < bytes.length; ) {
    for (const end = Math.min(at + REDUCTION_BYTES, bytes.length); at < end; at++) {
      low += bytes[at];
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 65536 + low;
};

function corrupt(codec, problem, position, cause) {
  const isKnown = position !== void 0;
  const text = `receive: ${codec}: ${problem}${isKnown ? ` at byte ${position}` : ""}`;
  const details = { codec, ...isKnown && { position } };
  return new WsError("INVALID_MESSAGE", text, { details, cause });
}
function orSkip(onInvalid, run) {
  try {
    return run();
  } catch (error) {
    if (!WsError.is(error) || error.code !== "INVALID_MESSAGE") throw error;
    if ((typeof onInvalid === "function" ? onInvalid(error) : onInvalid) !== "skip") throw error;
    return void 0;
  }
}

const MIN_CHUNK_BYTES = 4096;
class Output {
  constructor(codec, limit, checksum) {
    this.size = 0;
    /** Chunks of the collected bytes. All except the last one are full. */
    this.#chunks = [];
    /** Number of free bytes in the last chunk. */
    this.#free = 0;
    this.codec = codec;
    this.limit = limit;
    this.#checksum = checksum;
  }
  #checksum;
  #chunks;
  #free;
  /** Appends a copy of `bytes`. Throws `MESSAGE_TOO_BIG`. */
  add(bytes) {
    const { codec, limit } = this;
    this.size += bytes.length;
    if (this.size > limit) throw tooBig(codec, limit);
    this.sum = this.#checksum?.(bytes, this.sum);
    const last = this.#chunks.at(-1);
    const fitting = bytes.subarray(0, this.#free);
    last?.set(fitting, last.length - this.#free);
    this.#free -= fitting.length;
    const rest = bytes.subarray(fitting.length);
    if (rest.length === 0) return;
    const chunk = new Uint8Array(last ? Math.max(rest.length, MIN_CHUNK_BYTES) : rest.length);
    chunk.set(rest);
    this.#free = chunk.length - rest.length;
    this.#chunks.push(chunk);
  }
  /** Returns the collected bytes, which fill their whole buffer, and clears the output. */
  take() {
    const { size } = this;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#free = this.size = 0;
    return chunks[0]?.length === size ? chunks[0] : join(chunks, size);
  }
}
function tooBig(codec, limit) {
  return readLimitError(`receive: ${codec}`, limit, { codec });
}
function join(chunks, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
  }
  return whole;
}

const MAX_BYTEWISE_COPY = 32;
const EMPTY = /* @__PURE__ */ new Uint8Array();
class BitReader {
  #input = EMPTY;
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
  reset() {
    this.#input = EMPTY;
    this.#at = this.#bits = this.#bitCount = 0;
  }
  /** Appends the bytes of a piece from `at` on to the input. */
  feed(bytes, at) {
    const left = this.#input.length;
    this.#input = left ? join([this.#input, bytes.subarray(at)], left + bytes.length - at) : bytes;
    this.#at = left ? 0 : at;
    this.#offset = left && left - at;
  }
  /** Copies the unread bytes, so that no reference to the caller's piece remains. */
  release() {
    this.#input = this.#at < this.#input.length ? this.#input.slice(this.#at) : EMPTY;
  }
  /** Position in the latest piece of the byte with the next unread bit. */
  get position() {
    return Math.max(0, this.#at - (this.#bitCount + 7 >> 3) - this.#offset);
  }
  /** Remembers the position for {@link rewind}. */
  mark() {
    this.#markedAt = this.#at;
    this.#markedBits = this.#bits;
    this.#markedBitCount = this.#bitCount;
  }
  /** True if bits beyond the end of the input were read. */
  get isCutOff() {
    return this.#at - (this.#bitCount >> 3) > this.#input.length;
  }
  /** Returns to the mark. */
  rewind() {
    this.#at = this.#markedAt;
    this.#bits = this.#markedBits;
    this.#bitCount = this.#markedBitCount;
    this.#returnBytes();
  }
  /** Skips the remaining bits of a partly read byte. */
  align() {
    this.#drop(this.#bitCount & 7);
    this.#returnBytes();
  }
  /** Reads a number of up to 16 bits. */
  read(count) {
    this.#need(count);
    const value = this.#bits & (1 << count) - 1;
    this.#drop(count);
    return value;
  }
  /** Reads a symbol. Returns -1 if no code matches. */
  readSymbol(code) {
    if (this.#bitCount < 15) this.#need(15);
    const entry = code.find(this.#bits);
    const length = entry & 15 || 15;
    this.#bits >>>= length;
    this.#bitCount -= length;
    return entry ? entry >> 4 : -1;
  }
  /** Reads up to `size` bytes into `target`. The position must be aligned. Returns the number of bytes read. */
  readBytes(target, start, size) {
    const input = this.#input;
    const at = this.#at;
    const count = Math.min(size, input.length - at);
    if (count > MAX_BYTEWISE_COPY) target.set(input.subarray(at, at + count), start);
    else for (let i = 0; i < count; i++) target[start + i] = input[at + i];
    this.#at += count;
    return count;
  }
  /** Loads at least `count` bits into `#bits`. */
  #need(count) {
    let at = this.#at;
    let bitCount = this.#bitCount;
    for (; bitCount < count; bitCount += 8) {
      this.#bits |= this.#input[at++] << bitCount;
    }
    this.#at = at;
    this.#bitCount = bitCount;
  }
  #drop(count) {
    this.#bits >>>= count;
    this.#bitCount -= count;
  }
  /** Returns whole unread bytes from `#bits` to the input. */
  #returnBytes() {
    this.#at -= this.#bitCount >> 3;
    this.#bitCount &= 7;
    this.#bits &= (1 << this.#bitCount) - 1;
  }
}

const MAX_BITS = 15;
const FAST_BITS = 9;
const MAX_SYMBOLS = 288;
class HuffmanCode {
  /** Results of {@link find}, indexed by the next bits of the input; 0 if there is no code, or a longer one. */
  #fast = new Uint16Array(1 << FAST_BITS);
  #mask = 0;
  /** The number of codes of each length, and the symbols in the order of their codes. */
  #counts = new Uint16Array(MAX_BITS + 1);
  #symbols = new Uint16Array(MAX_SYMBOLS);
  /** Used by `build`: the index in `#symbols` of the next symbol, by the length of its code. */
  #next = new Uint16Array(MAX_BITS + 2);
  /**
   * Builds the code from the length of each symbol's code, 0 for a symbol without a code. Returns false for the
   * lengths that zlib rejects: those of an over-subscribed code, and those of an incomplete code. Two incomplete
   * codes are allowed: an empty one and, if `mayBeSingle` is true, a single code of one bit.
   */
  build(lengths, mayBeSingle = true) {
    const counts = this.#counts.fill(0);
    for (const length of lengths) counts[length] = counts[length] + 1;
    counts[0] = 0;
    const next = this.#next.fill(0);
    let free = 1;
    let longest = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      const count = counts[length];
      next[length + 1] = next[length] + count;
      if (count) longest = length;
      free = free * 2 - count;
      if (free < 0) return false;
    }
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol];
      if (length) {
        const index = next[length];
        this.#symbols[index] = symbol;
        next[length] = index + 1;
      }
    }
    this.#fillFast(longest);
    return free === 0 || longest <= (mayBeSingle ? 1 : 0);
  }
  /** Fills the lookup table. */
  #fillFast(longest) {
    const size = 1 << Math.min(longest, FAST_BITS);
    const fast = this.#fast.fill(0, 0, size);
    this.#mask = size - 1;
    let code = 0;
    let index = 0;
    for (let length = 1; 1 << length <= size; length++) {
      for (let left = this.#counts[length]; left > 0; left--) {
        const entry = this.#symbols[index++] << 4 | length;
        for (let at = code; at < size; at += 1 << length) fast[at] = entry;
        let bit = 1 << length - 1;
        for (; code & bit; bit >>= 1) code ^= bit;
        code |= bit;
      }
    }
  }
  /** Finds the code at the start of the next 15 bits. Returns `symbol << 4 | length`, or 0 if there is none. */
  find(bits) {
    return this.#fast[bits & this.#mask] || this.#findLong(bits);
  }
  /** Compares the code read so far with the range of codes of each length, like Mark Adler's puff. */
  #findLong(bits) {
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      const count = this.#counts[length];
      code += bits >> length - 1 & 1;
      if (code < count) return this.#symbols[index + code] << 4 | length;
      index += count;
      code = (code - count) * 2;
    }
    return 0;
  }
}
let fixedCodes;
function getFixedCodes() {
  if (!fixedCodes) {
    const [literals, distances] = fixedCodes = [new HuffmanCode(), new HuffmanCode()];
    literals.build(new Uint8Array(MAX_SYMBOLS).fill(8).fill(9, 144, 256).fill(7, 256, 280));
    distances.build(new Uint8Array(32).fill(5));
  }
  return fixedCodes;
}

const WINDOW_BYTES = 32768;
const MAX_MATCH_BYTES = 258;
const BUFFER_BYTES = 65536;
const CODE_LENGTH_ORDER = [
  16,
  17,
  18,
  0,
  8,
  7,
  9,
  6,
  10,
  5,
  11,
  4,
  12,
  3,
  13,
  2,
  14,
  1,
  15
];
class Inflater {
  constructor() {
    /** True if the stream has ended. */
    this.hasEnded = false;
    this.#reader = new BitReader();
    this.#isLastBlock = false;
    /** Bytes of the current stored block that are not copied yet. */
    this.#stored = 0;
    this.#ownCodes = [new HuffmanCode(), new HuffmanCode()];
    /**
     * State while the code lengths of a block are read: the number of all code lengths (0 when none are being read)
     * and of those of literals, the number read so far, the lengths, and the code that encodes them.
     */
    this.#lengthCount = 0;
    this.#literalCount = 0;
    this.#lengthsRead = 0;
    this.#lengths = new Uint8Array(320);
    this.#lengthCode = new HuffmanCode();
    this.#start = 0;
    this.#end = 0;
  }
  #reader;
  #isLastBlock;
  #stored;
  /** Codes of the current compressed block. */
  #codes;
  #ownCodes;
  #lengthCount;
  #literalCount;
  #lengthsRead;
  #lengths;
  #lengthCode;
  /** The window up to `#start`, then decoded data up to `#end`; allocated on first use. */
  #buffer;
  #start;
  #end;
  /** Prepares for another stream. */
  reset() {
    this.#reader.reset();
    this.hasEnded = this.#isLastBlock = false;
    this.#codes = void 0;
    this.#stored = this.#lengthCount = this.#start = this.#end = 0;
  }
  /**
   * Inflates `bytes` from `at` on. Returns the position after the end of the stream, or `bytes.length` if the
   * stream has not ended. Throws `INVALID_MESSAGE` or `MESSAGE_TOO_BIG`, after a reset.
   */
  feed(bytes, at, output) {
    const reader = this.#reader;
    reader.feed(bytes, at);
    const buffer = this.#buffer ??= new Uint8Array(BUFFER_BYTES);
    try {
      while (this.#readUnits(buffer, output)) ;
      this.#flush(buffer, output);
    } catch (error) {
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
  #readUnits(buffer, output) {
    this.#makeRoom(buffer, output);
    if (this.#stored) return this.#copyStored(buffer);
    if (this.#codes) return this.#decode(this.#codes, buffer, output.codec);
    if (this.#lengthCount) return this.#readLengths(output.codec);
    if (!this.#isLastBlock) return this.#readHeader(output.codec);
    this.hasEnded = true;
    return false;
  }
  /** Returns true, after a rewind, if the current unit is cut off. Otherwise throws if there is a problem. */
  #isCutOff(codec, problem) {
    const reader = this.#reader;
    const { isCutOff } = reader;
    if (isCutOff || problem) reader.rewind();
    if (problem && !isCutOff) throw corrupt(codec, problem, reader.position);
    return isCutOff;
  }
  /** Reads the header of a block, up to its code lengths. */
  #readHeader(codec) {
    const reader = this.#reader;
    reader.mark();
    const isLast = reader.read(1) > 0;
    const problem = this.#readBlock(reader.read(2));
    if (this.#isCutOff(codec, problem)) {
      this.#codes = void 0;
      this.#stored = this.#lengthCount = 0;
      return false;
    }
    this.#isLastBlock = isLast;
    const lengths = this.#lengthCount && this.#lengths.subarray(0, CODE_LENGTH_ORDER.length);
    if (lengths && !this.#lengthCode.build(lengths, false)) {
      throw corrupt(codec, "invalid code lengths set", reader.position);
    }
    return true;
  }
  /** Reads the rest of a block header, after the type. Returns the problem, if there is one. */
  #readBlock(type) {
    const reader = this.#reader;
    if (type === 3) return "invalid block type";
    if (type === 2) return this.#readCounts();
    if (type === 1) this.#codes = getFixedCodes();
    else {
      reader.align();
      this.#stored = reader.read(16);
      if (reader.read(16) !== (this.#stored ^ 65535)) return "invalid stored block lengths";
    }
    return void 0;
  }
  /**
   * Reads the header of a block with its own codes, up to the lengths of the code length code (RFC 1951 section
   * 3.2.7). Returns the problem, if there is one.
   */
  #readCounts() {
    const reader = this.#reader;
    this.#literalCount = reader.read(5) + 257;
    const distanceCount = reader.read(5) + 1;
    if (this.#literalCount > 286 || distanceCount > 30) return "too many symbols";
    const lengths = this.#lengths.fill(0);
    const size = reader.read(4) + 4;
    for (const symbol of CODE_LENGTH_ORDER.slice(0, size)) lengths[symbol] = reader.read(3);
    this.#lengthsRead = 0;
    this.#lengthCount = this.#literalCount + distanceCount;
    return void 0;
  }
  /** Reads code lengths and, after the last one, builds the codes. A unit is one length or a run of them. */
  #readLengths(codec) {
    const reader = this.#reader;
    const lengths = this.#lengths;
    while (this.#lengthsRead < this.#lengthCount) {
      reader.mark();
      const start = this.#lengthsRead;
      const symbol = reader.readSymbol(this.#lengthCode);
      let length = symbol;
      let end = start + 1;
      if (symbol > 15) {
        length = symbol > 16 ? 0 : lengths[start - 1];
        end = start + (symbol > 17 ? reader.read(7) + 11 : reader.read(symbol - 14) + 3);
      }
      const isBad = symbol < 0 || length === void 0 || end > this.#lengthCount;
      if (this.#isCutOff(codec, isBad ? "invalid code lengths" : void 0)) return false;
      lengths.fill(length, start, end);
      this.#lengthsRead = end;
    }
    const [literals, distances] = this.#codes = this.#ownCodes;
    const isComplete = (
      // Symbol 256, which ends the block, must have a code.
      lengths[256] && literals.build(lengths.subarray(0, this.#literalCount)) && distances.build(lengths.subarray(this.#literalCount, this.#lengthCount))
    );
    if (!isComplete) {
      throw corrupt(codec, "invalid literal/length or distance codes", reader.position);
    }
    this.#lengthCount = 0;
    return true;
  }
  /** Copies bytes of a stored block. Returns false at the end of the input. */
  #copyStored(buffer) {
    const size = Math.min(this.#stored, BUFFER_BYTES - this.#end);
    const copied = this.#reader.readBytes(buffer, this.#end, size);
    this.#end += copied;
    this.#stored -= copied;
    return copied > 0;
  }
  /** Decodes symbols up to the end of the block, the input or the buffer. Returns false if the input ended. */
  #decode([literals, distances], buffer, codec) {
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
      const problem = distance > end ? "invalid distance" : symbol < 0 || symbol > 285 ? "invalid literal or length" : void 0;
      if ((problem || reader.isCutOff) && this.#isCutOff(codec, problem)) {
        this.#end = end;
        return false;
      }
      if (symbol < 256) buffer[end++] = symbol;
      else if (symbol === 256) this.#codes = void 0;
      else end = copyMatch(buffer, end, size, distance);
    }
    this.#end = end;
    return true;
  }
  /** Reads the extra bits of a length code. Computes the values that RFC 1951 section 3.2.5 lists. */
  #readLength(code) {
    if (code < 8) return code + 3;
    if (code === 28) return MAX_MATCH_BYTES;
    const extra = (code >> 2) - 1;
    return ((4 | code & 3) << extra) + this.#reader.read(extra) + 3;
  }
  /** Reads the extra bits of a distance code. */
  #readDistance(code) {
    if (code < 0 || code > 29) return BUFFER_BYTES + 1;
    if (code < 4) return code + 1;
    const extra = (code >> 1) - 1;
    return ((2 | code & 1) << extra) + this.#reader.read(extra) + 1;
  }
  /** Makes room for the longest match: flushes the buffer and keeps only the window. */
  #makeRoom(buffer, output) {
    if (this.#end <= BUFFER_BYTES - MAX_MATCH_BYTES) return;
    this.#flush(buffer, output);
    buffer.copyWithin(0, this.#end - WINDOW_BYTES, this.#end);
    this.#start = this.#end = WINDOW_BYTES;
  }
  /** Passes decoded data to the output. */
  #flush(buffer, output) {
    if (this.#end > this.#start) output.add(buffer.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
function copyMatch(buffer, at, size, distance) {
  const from = at - distance;
  const end = at + size;
  if (distance === 1) {
    buffer.fill(buffer[from], at, end);
    return end;
  }
  while (end - at > MAX_BYTEWISE_COPY) {
    const step = Math.min(at - from, end - at);
    buffer.copyWithin(at, from, from + step);
    at += step;
  }
  for (; at < end; at++) buffer[at] = buffer[at - distance];
  return end;
}

let inflater;
function unpack(format, bytes, limit) {
  const { name, checksum, isConcatenable } = format;
  const output = new Output(name, limit, checksum);
  inflater ??= new Inflater();
  let at = 0;
  do {
    const { size } = output;
    output.sum = void 0;
    at = format.readHeader(bytes, at);
    inflater.reset();
    at = inflater.feed(bytes, at, output);
    if (!inflater.hasEnded) throw cutShort(name, bytes);
    at = format.readTrailer(bytes, at, output.size - size, output.sum);
  } while (isConcatenable && at < bytes.length);
  if (at < bytes.length) throw corrupt(name, "data after the end", at);
  return output.take();
}
const cutShort = (name, { length }) => corrupt(name, "cut short", length);
function readUint32(name, bytes, at, littleEndian) {
  if (at + 4 > bytes.length) throw cutShort(name, bytes);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, littleEndian);
}
const GZIP = {
  name: "gzip",
  checksum: crc32,
  isConcatenable: true,
  readHeader(bytes, start) {
    const flags = bytes[start + 3] ?? 0;
    const isGzip = bytes[start] === 31 && bytes[start + 1] === 139 && bytes[start + 2] === 8;
    if (!isGzip || flags & 224) {
      throw corrupt("gzip", "not gzip", start);
    }
    let at = start + 10;
    if (flags & 4) at += 2 + ((bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8);
    for (const flag of [8, 16]) {
      if (flags & flag) at = bytes.indexOf(0, at) + 1 || Infinity;
    }
    if (flags & 2) at += 2;
    if (at > bytes.length) throw cutShort("gzip", bytes);
    return at;
  },
  readTrailer(bytes, at, size, sum = 0) {
    if (readUint32("gzip", bytes, at, true) !== sum) throw corrupt("gzip", "wrong CRC-32", at);
    if (readUint32("gzip", bytes, at + 4, true) !== size) {
      throw corrupt("gzip", "wrong length", at + 4);
    }
    return at + 8;
  }
};
const FDICT = 32;
function isZlib(method, flags) {
  return (method & 15) === 8 && method >> 4 <= 7 && (method << 8 | flags) % 31 === 0;
}
function readZlibHeader(codec, bytes, at) {
  const [method = 0, flags = 0] = bytes.subarray(at);
  if (!isZlib(method, flags)) throw corrupt(codec, "not zlib", at);
  if (flags & FDICT) throw corrupt(codec, "needs a dictionary", at);
  return at + 2;
}
const ZLIB = {
  name: "zlib",
  checksum: adler32,
  readHeader: (bytes, at) => readZlibHeader("zlib", bytes, at),
  readTrailer(bytes, at, _, sum = 1) {
    if (readUint32("zlib", bytes, at, false) !== sum) throw corrupt("zlib", "wrong Adler-32", at);
    return at + 4;
  }
};
const DEFLATE_RAW = {
  name: "deflateRaw",
  readHeader: (_, at) => at,
  readTrailer: (_, at) => at
};

let utf8;
function toText(codec, bytes) {
  utf8 ??= new (platformClass("TextDecoder"))("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw corrupt(codec, "not UTF-8", void 0, cause);
  }
}
function toMessage(codec, type, bytes) {
  if (type === "binary") return { type, data: bytes };
  return { type: "text", data: toText(codec, bytes) };
}

const TYPE = /* @__PURE__ */ oneOf("text", "binary");
const ON_INVALID = /* @__PURE__ */ must(
  (value) => value === "close" || value === "skip" || typeof value === "function",
  "close, skip or a function"
);

function inflating(name, { type, onInvalid }, newChoice, unpackAtOnce) {
  return {
    name,
    decoder(readLimit) {
      const choose = newChoice();
      return (message, emit) => {
        const decoded = orSkip(onInvalid, () => {
          if (message.type === "text") return message;
          const format = choose(message.data);
          const bytes = format ? unpackAtOnce?.(format, message.data, readLimit) ?? unpack(format, message.data, readLimit) : message.data;
          return toMessage(name, type, bytes);
        });
        if (decoded) emit(decoded, payloadMemory(decoded.data));
      };
    }
  };
}
const PARSERS$4 = { type: TYPE, onInvalid: ON_INVALID };
function bindInflating(format, unpackAtOnce) {
  const { name } = format;
  const make = (given = {}) => inflating(name, parseBy(PARSERS$4, given, name), () => () => format, unpackAtOnce);
  return make;
}

const detect = ([first = 0, second = 0]) => {
  if (first === 31 && second === 139) return GZIP;
  return isZlib(first, second) && !(second & FDICT) ? ZLIB : void 0;
};
function detectOnce() {
  let format = null;
  return (bytes) => format === null ? format = detect(bytes) : format;
}
const PARSERS$3 = {
  type: TYPE,
  onInvalid: ON_INVALID,
  pin: /* @__PURE__ */ oneOf(true, false)
};
function bindAuto(unpackAtOnce) {
  const make = (given = {}) => {
    const { pin, ...options } = parseBy(PARSERS$3, given, "auto");
    return inflating("auto", options, pin === false ? () => detect : detectOnce, unpackAtOnce);
  };
  return make;
}

const PARSERS$2 = {
  type: TYPE,
  onInvalid: ON_INVALID,
  threshold: /* @__PURE__ */ integer(0, 104857600),
  level: /* @__PURE__ */ integer(0, 9)
};
function bindDeflating(format, deflate, unpackAtOnce) {
  const { name } = format;
  const make = (given = {}) => {
    const options = parseBy(PARSERS$2, given, name);
    const { threshold = 1024, level = 6 } = options;
    return {
      ...inflating(name, options, () => () => format, unpackAtOnce),
      encode(value, type) {
        const isString = typeof value === "string";
        const bytes = isString ? new (platformClass("TextEncoder"))().encode(value) : toBytes(value);
        const isText = type ? type === TEXT : isString;
        if (isText && !isString) toText(name, bytes);
        return isText && bytes.length < threshold ? value : deflate(bytes, level);
      }
    };
  };
  return make;
}

function compose(outer, inner) {
  return {
    name: `${outer.name}+${inner.name}`,
    decoder(readLimit) {
      const decodeOuter = outer.decoder(readLimit);
      const decodeInner = inner.decoder(readLimit);
      return (message, emit) => {
        decodeOuter(message, (decoded) => decodeInner(decoded, emit));
      };
    },
    encode(value, type) {
      const data = inner.encode?.(value, type) ?? value;
      return outer.encode?.(data, data === value ? type : void 0) ?? data;
    }
  };
}

const NAME = "json";
const PARSERS$1 = {
  onInvalid: ON_INVALID,
  schema: /* @__PURE__ */ must(
    (value) => typeof value?.["~standard"]?.validate === "function",
    "a schema that implements Standard Schema"
  )
};
function json(options = {}) {
  const { schema, onInvalid } = parseBy(PARSERS$1, options, NAME);
  return {
    name: NAME,
    decoder: () => (message, emit) => {
      const decoded = orSkip(onInvalid, () => {
        const value = parse(message.type === "text" ? message.data : toText(NAME, message.data));
        return { value: schema ? validate(schema, value) : value };
      });
      if (decoded) emit(decoded.value, payloadMemory(message.data));
    },
    encode(value) {
      const text = JSON.stringify(value);
      if (text === void 0) throw new TypeError("not representable in JSON");
      return text;
    }
  };
}
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw corrupt(NAME, `text of ${text.length} characters is not JSON`);
  }
}
function validate(schema, value) {
  const result = schema["~standard"].validate(value);
  if ("then" in result) {
    result.then(void 0, () => {
    });
    throw new WsError("UNSUPPORTED", "receive: json: the schema is asynchronous");
  }
  if (!result.issues) return result.value;
  const path = result.issues[0]?.path?.map(
    (part) => String(typeof part === "object" ? part.key : part)
  );
  const problem = `does not match its schema${path?.length ? `, at ${path.join(".")}` : ""}`;
  throw corrupt(NAME, problem, void 0, result.issues);
}

const SYNC_FLUSH_MARKER = 65535;
const HEADER_BYTES = 2;
const TRAILER_BYTES = 4;
class StreamReader {
  constructor(name, isZlib, limit) {
    /** True if the last message ended with a sync flush or completed the stream. */
    this.isFlushed = false;
    this.#inflater = new Inflater();
    /** The bytes of header and trailer that have arrived. */
    this.#wrapper = [];
    /** The last four bytes of the input. */
    this.#last = -1;
    this.#name = name;
    this.#isZlib = isZlib;
    this.output = new Output(name, limit, isZlib ? adler32 : void 0);
  }
  #name;
  #isZlib;
  #inflater;
  #wrapper;
  #last;
  read(bytes) {
    const wasOver = this.#inflater.hasEnded;
    const body = this.#readHeader(bytes);
    const end = this.#inflater.feed(bytes, body, this.output);
    const isOver = this.#inflater.hasEnded;
    const rest = isOver ? this.#readTrailer(bytes, end) : end;
    if (rest < bytes.length) throw corrupt(this.#name, "data after the end", rest);
    for (const byte of bytes.subarray(-4)) this.#last = this.#last << 8 | byte;
    this.isFlushed = isOver ? !wasOver : bytes.length > 0 && this.#last === SYNC_FLUSH_MARKER;
  }
  #readHeader(bytes) {
    const at = this.#readWrapper(bytes, 0, HEADER_BYTES);
    if (at > 0 && this.#wrapper.length === HEADER_BYTES) {
      readZlibHeader(this.#name, Uint8Array.from(this.#wrapper), 0);
    }
    return at;
  }
  #readTrailer(bytes, start) {
    const at = this.#readWrapper(bytes, start, HEADER_BYTES + TRAILER_BYTES);
    if (at > start && this.#wrapper.length === HEADER_BYTES + TRAILER_BYTES) {
      const sum = this.#wrapper.slice(HEADER_BYTES).reduce((sum2, byte) => sum2 * 256 + byte);
      if (sum !== (this.output.sum ?? 1)) throw corrupt(this.#name, "wrong Adler-32", start);
    }
    return at;
  }
  /** Appends input to `#wrapper` until that has `size` bytes. Returns the position after the bytes read. */
  #readWrapper(bytes, start, size) {
    let at = start;
    while (this.#isZlib && this.#wrapper.length < size && at < bytes.length) {
      this.#wrapper.push(bytes[at++]);
    }
    return at;
  }
}
const PARSERS = { type: TYPE, boundary: /* @__PURE__ */ oneOf("flush", "message") };
function bindStream(name, isZlib) {
  const make = (given = {}) => {
    const { type, boundary } = parseBy(PARSERS, given, name);
    return {
      name,
      decoder(readLimit) {
        const reader = new StreamReader(name, isZlib, readLimit);
        return (message, emit) => {
          let decoded = message;
          if (message.type === "binary") {
            reader.read(message.data);
            if (!reader.isFlushed && boundary !== "message") return;
            decoded = toMessage(name, type, reader.output.take());
          }
          emit(decoded, payloadMemory(decoded.data));
        };
      }
    };
  };
  return make;
}
const zlibStream = /* @__PURE__ */ bindStream("zlibStream", true);
const deflateStream = /* @__PURE__ */ bindStream(
  "deflateStream",
  false
);

export { DEFLATE_RAW as D, GZIP as G, ZLIB as Z, bindDeflating as a, bindAuto as b, bindInflating as c, compose as d, deflateStream as e, json as j, zlibStream as z };
//# sourceMappingURL=core.mjs.map
