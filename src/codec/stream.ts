import type { Codec } from "../protocol/codec.js";
import { adler32 } from "./checksum.js";
import { corrupt } from "./failure.js";
import { readZlibHeader } from "./format.js";
import { Inflater } from "./inflater.js";
import type { Inflating } from "./inflating.js";
import { sizeOf, toMessage } from "./message.js";
import { checkOptions, oneOf, TYPE } from "./options.js";
import type { StreamOptions } from "./options.js";
import { Output } from "./output.js";

/** What a sync flush ends with: the lengths of an empty stored block (RFC 1951 section 3.2.4). */
const FLUSHED = 0x0000ffff;

/** RFC 1950: what stands before and behind deflate's own bytes. */
const HEADER = 2;
const TRAILER = 4;

/** What one stream decodes to, read from messages that may split it anywhere. */
class StreamReader {
  readonly output: Output;
  /** Whether all so far has been flushed, or is over. */
  isFlushed = false;

  readonly #name: string;
  readonly #isZlib: boolean;
  readonly #inflater = new Inflater();
  /** Header and trailer, as far as they have come. */
  readonly #frame: number[] = [];
  /** The last four bytes. */
  #last = -1;

  constructor(name: string, isZlib: boolean, limit: number) {
    this.#name = name;
    this.#isZlib = isZlib;
    this.output = new Output(name, limit, isZlib ? adler32 : undefined);
  }

  read(bytes: Uint8Array): void {
    const wasOver = this.#inflater.hasEnded;
    const body = this.#readHeader(bytes);
    const end = this.#inflater.feed(bytes, body, this.output);
    const isOver = this.#inflater.hasEnded;
    const rest = isOver ? this.#readTrailer(bytes, end) : end;
    if (rest < bytes.length)
      throw corrupt(this.#name, "the stream is over, and more follows", rest);
    for (const byte of bytes.subarray(-4)) this.#last = (this.#last << 8) | byte;
    this.isFlushed = isOver ? !wasOver : bytes.length > 0 && this.#last === FLUSHED;
  }

  #readHeader(bytes: Uint8Array): number {
    const at = this.#readFrame(bytes, 0, HEADER);
    if (at > 0 && this.#frame.length === HEADER) {
      readZlibHeader(this.#name, Uint8Array.from(this.#frame), 0);
    }
    return at;
  }

  #readTrailer(bytes: Uint8Array, start: number): number {
    const at = this.#readFrame(bytes, start, HEADER + TRAILER);
    if (at > start && this.#frame.length === HEADER + TRAILER) {
      const sum = this.#frame.slice(HEADER).reduce((sum, byte) => sum * 256 + byte);
      // That of no bytes is 1.
      if (sum !== (this.output.sum ?? 1)) throw corrupt(this.#name, "wrong Adler-32", start);
    }
    return at;
  }

  /** Takes bytes of header or trailer, up to so many; returns where it stopped. */
  #readFrame(bytes: Uint8Array, start: number, size: number): number {
    let at = start;
    while (this.#isZlib && this.#frame.length < size && at < bytes.length) {
      this.#frame.push(bytes[at++] as number);
    }
    return at;
  }
}

const CHECKS = { type: TYPE, boundary: /* @__PURE__ */ oneOf("flush", "message") };

function bindStream(name: string, isZlib: boolean): Inflating<StreamOptions> {
  const make = (given: StreamOptions = {}): Codec => {
    const { type, boundary } = checkOptions(name, given, CHECKS);
    return {
      name,
      decoder(readLimit) {
        const reader = new StreamReader(name, isZlib, readLimit);
        return (message, emit) => {
          // It is no part of the stream.
          let decoded = message;
          if (message.type === "binary") {
            reader.read(message.data);
            if (!reader.isFlushed && boundary !== "message") return;
            decoded = toMessage(name, type, reader.output.take());
          }
          emit(decoded, sizeOf(decoded));
        };
      },
    };
  };
  return make as Inflating<StreamOptions>;
}

/**
 * One zlib stream (RFC 1950) for all messages of a connection, as of Discord's `zlib-stream`. What is
 * sent goes out as it is. A stream that is broken cannot go on: it ends the connection with
 * `INVALID_MESSAGE`.
 */
export const zlibStream: Inflating<StreamOptions> = /* @__PURE__ */ bindStream("zlibStream", true);

/** The same as {@link zlibStream} for raw deflate (RFC 1951), which has no header and no trailer. */
export const deflateStream: Inflating<StreamOptions> = /* @__PURE__ */ bindStream(
  "deflateStream",
  false,
);
