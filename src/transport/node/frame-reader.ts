import { Buffer } from "node:buffer";

/** Where the bytes go. */
export interface FrameSink {
  /** Whether messages may be taken at all. */
  mayTake(): boolean;
  /** Takes the message between two places of a chunk; false: it is not as it should be. */
  take(isText: boolean, chunk: Buffer, start: number, end: number): boolean;
  /** Hands all other bytes to `ws`, in their order among the messages. */
  leave(bytes: Buffer): void;
}

/** The first bytes of frames that are a whole message each, without extensions (RFC 6455 section 5.2). */
export const TEXT = 0x81;
export const BINARY = 0x82;

const CLOSE = 0x8;

/** The longest message that is taken here: a longer one costs `ws` hardly more than its bytes do. */
const MOST = 1_048_576;

/** Up to so many bytes a message that is cut is copied twice, which is less than to do it any better. */
const SHORT = 4_096;

/** The header of such a message, at the most. */
const SHORT_HEADER = 4;

/** The limit of who takes no message at all, be it empty. */
export const NONE = -1;

/** A message that has begun, and has a header: its payload is collected. */
interface Unfinished {
  readonly header: Buffer;
  readonly payload: Buffer;
  /** How much of the payload has come. */
  size: number;
}

/**
 * Reads ahead of `ws`. A message that is one plain frame, as nearly all are, is taken here; a short one at
 * less than half of what it costs there. Whatever else there is goes to `ws`, which checks it, and is only
 * followed here to know where the next frame begins.
 *
 * What `ws` finds wrong it tells a tick later. So until then nothing is taken from behind its bytes.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #limit: number;
  /** The beginning of a plain frame that is short, or of its header; `ws` has not seen it. */
  #held: Buffer | undefined;
  /** Nor the beginning of this one. */
  #unfinished: Unfinished | undefined;
  /** `ws` has got bytes in this tick. */
  #left = false;
  /** A close frame has begun: what follows it means nothing. */
  #closed = false;
  #stopped = false;

  // Of the frames that are left to `ws`.
  /** How much of the header has come, and what it says so far. */
  #headerSize = 0;
  #firstByte = 0;
  #length = 0;
  /** How many bytes the header has for the length, beside the second one. */
  #lengthSize = 0;
  /** Bytes of the frame's payload that are still to come. */
  #payload = 0;
  #fragmented = false;

  /** Takes messages of so many bytes and fewer, up to 1 MiB; {@link NONE} takes none. */
  constructor(limit: number, sink: FrameSink) {
    this.#limit = Math.min(limit, MOST);
    this.#sink = sink;
  }

  /** Whether a message is half received. */
  get inMessage(): boolean {
    return this.#held !== undefined || this.#unfinished !== undefined || !this.#isBetween;
  }

  /** Between two messages, and frames. */
  get #isBetween(): boolean {
    return !this.#fragmented && this.#payload === 0 && this.#headerSize === 0;
  }

  /** The close frame has come whole, be it between fragments. */
  get #isOver(): boolean {
    return this.#closed && this.#payload === 0 && this.#headerSize === 0;
  }

  read(chunk: Buffer): void {
    // `ws` listens no longer; what it were given now would pause the socket, whose end nobody then saw.
    if (this.#stopped) return;
    const filled = this.#unfinished ? this.#fill(this.#unfinished, chunk) : 0;
    if (filled === chunk.length) return;
    const mayTake = !this.#left && !this.#closed && this.#isBetween && this.#sink.mayTake();
    const [bytes, from] = this.#held ? this.#join(this.#held, chunk, mayTake) : [chunk, filled];
    const start = mayTake ? this.#takeMessages(bytes, from) : from;
    const end = this.#follow(bytes, start);
    if (end > start) this.#leave(end - start === bytes.length ? bytes : bytes.subarray(start, end));
    if (end < bytes.length) this.#hold(bytes.subarray(end));
    this.#stopped ||= this.#isOver;
  }

  /** Adds to an unfinished message, and takes it when it is whole. Returns how much of the chunk it got. */
  #fill(message: Unfinished, chunk: Buffer): number {
    const { header, payload } = message;
    const added = chunk.copy(payload, message.size);
    message.size += added;
    if (message.size === payload.length) {
      this.#unfinished = undefined;
      if (!this.#sink.take(header[0] === TEXT, payload, 0, payload.length)) {
        this.#leave(header);
        this.#leave(payload);
      }
    }
    return added;
  }

  /** Keeps the beginning of a plain frame: as a copy, which does not keep the chunk. */
  #hold(bytes: Buffer): void {
    const [headerSize, size] = sizesAt(bytes, 0);
    if (bytes.length < headerSize || size <= SHORT) {
      this.#held = Buffer.from(bytes);
      return;
    }
    // Not from Node's pool: it is handed on as it is.
    const payload = Buffer.allocUnsafeSlow(size);
    const header = Buffer.from(bytes.subarray(0, headerSize));
    this.#unfinished = { header, payload, size: bytes.copy(payload, 0, headerSize) };
  }

  /** What is to be read, and from where on: what was held, if anything, and the chunk. */
  #join(held: Buffer, chunk: Buffer, mayTake: boolean): [Buffer, number] {
    this.#held = undefined;
    if (mayTake) {
      // Mostly what it lacks is at hand: the chunk need not be copied for it.
      const end = this.#takeMessages(
        Buffer.concat([held, chunk.subarray(0, SHORT_HEADER + SHORT)]),
        0,
      );
      if (end > 0) return [chunk, end - held.length];
    }
    return [Buffer.concat([held, chunk]), 0];
  }

  /** Drops all that still comes: `ws` has found a fault. */
  stop(): void {
    this.#stopped = true;
  }

  /** Hands over what was held: nothing more comes through here. */
  end(): void {
    if (this.#held) this.#leave(this.#held);
    if (this.#unfinished) {
      const { header, payload, size } = this.#unfinished;
      this.#leave(header);
      this.#leave(payload.subarray(0, size));
    }
    this.#held = this.#unfinished = undefined;
  }

  #leave(bytes: Buffer): void {
    this.#sink.leave(bytes);
    if (this.#left) return;
    this.#left = true;
    process.nextTick(() => (this.#left = false));
  }

  /** Takes messages for as long as they are plain and whole. Returns where they end. */
  #takeMessages(bytes: Buffer, from: number): number {
    const sink = this.#sink;
    const limit = this.#limit;
    const { length } = bytes;
    let offset = from;
    while (offset + 1 < length) {
      const first = bytes[offset];
      if (first !== TEXT && first !== BINARY) break;
      let start = offset + 2;
      let size = bytes[offset + 1] as number;
      if (size === 126) {
        if (start + 2 > length) break;
        size = bytes.readUInt16BE(start);
        start += 2;
      } else if (size === 127) {
        if (start + 8 > length) break;
        size = Number(bytes.readBigUInt64BE(start));
        start += 8;
      } else if (size > 127) break;
      const end = start + size;
      if (end > length || size > limit || !sink.take(first === TEXT, bytes, start, end)) break;
      offset = end;
    }
    return offset;
  }

  /** Passes over all that is not to be held. Returns where that ends. */
  #follow(bytes: Buffer, from: number): number {
    const { length } = bytes;
    let offset = from;
    while (offset < length) {
      // Nothing is followed from behind it, where no frame need begin.
      if (this.#isOver) return length;
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, length - offset);
        this.#payload -= step;
        offset += step;
      } else {
        if (this.#isBetween && this.#mayHold(bytes, offset)) break;
        this.#readHeader(bytes[offset++] as number);
      }
    }
    return offset;
  }

  /** Whether a plain frame begins here that may be taken, and does not end. */
  #mayHold(bytes: Buffer, offset: number): boolean {
    const first = bytes[offset];
    if (this.#closed || (first !== TEXT && first !== BINARY)) return false;
    const [header, size] = sizesAt(bytes, offset);
    return size <= this.#limit && bytes.length - offset < header + size;
  }

  /** Takes in one more byte of a header (RFC 6455 section 5.2). */
  #readHeader(byte: number): void {
    const place = this.#headerSize++;
    if (place === 0) {
      this.#firstByte = byte;
      return;
    }
    if (place > 1) {
      this.#length = this.#length * 256 + byte;
    } else {
      const length = byte & 0x7f;
      this.#lengthSize = length === 127 ? 8 : length === 126 ? 2 : 0;
      this.#length = this.#lengthSize > 0 ? 0 : length;
    }
    if (this.#headerSize === 2 + this.#lengthSize) this.#endHeader();
  }

  #endHeader(): void {
    this.#headerSize = 0;
    this.#payload = this.#length;
    const opcode = this.#firstByte & 0x0f;
    if (opcode === CLOSE) this.#closed = true;
    else if (opcode < CLOSE) this.#fragmented = (this.#firstByte & 0x80) === 0;
  }
}

/** The sizes of the header and the payload of the frame that begins here, 0 for what is still to come. */
function sizesAt(bytes: Buffer, offset: number): readonly [number, number] {
  const length = bytes[offset + 1] ?? 0;
  const left = bytes.length - offset;
  if (length < 126) return [2, length];
  // No server masks.
  if (length > 127) return [2, Infinity];
  if (length === 126) return [4, left < 4 ? 0 : bytes.readUInt16BE(offset + 2)];
  return [10, left < 10 ? 0 : Number(bytes.readBigUInt64BE(offset + 2))];
}
