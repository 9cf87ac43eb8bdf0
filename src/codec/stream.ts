import { oneOf, parseBy } from "../options/parser.js";
import type { Codec } from "../protocol/codec.js";
import { payloadMemory } from "../protocol/message.js";
import { adler32 } from "./checksum.js";
import { corrupt } from "./failure.js";
import { readZlibHeader } from "./format.js";
import { Inflater } from "./inflater.js";
import type { Inflating } from "./inflating.js";
import { toMessage } from "./message.js";
import { TYPE } from "./options.js";
import type { StreamOptions } from "./options.js";
import { Output } from "./output.js";

/** The last four bytes of a sync flush: the lengths of an empty stored block (RFC 1951 section 3.2.4). */
const SYNC_FLUSH_MARKER = 0x0000ffff;

/** Sizes of the zlib wrapper around deflate data (RFC 1950). */
const HEADER_BYTES = 2;
const TRAILER_BYTES = 4;

/** Decodes one stream from messages, which may split it anywhere. */
class StreamReader {
  readonly output: Output;
  /** True if the last message ended with a sync flush or completed the stream. */
  isFlushed = false;

  readonly #name: string;
  readonly #isZlib: boolean;
  readonly #inflater = new Inflater();
  /** The bytes of header and trailer that have arrived. */
  readonly #wrapper: number[] = [];
  /** The last four bytes of the input. */
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
    if (rest < bytes.length) throw corrupt(this.#name, "data after the end", rest);
    for (const byte of bytes.subarray(-4)) this.#last = (this.#last << 8) | byte;
    this.isFlushed = isOver ? !wasOver : bytes.length > 0 && this.#last === SYNC_FLUSH_MARKER;
  }

  #readHeader(bytes: Uint8Array): number {
    const at = this.#readWrapper(bytes, 0, HEADER_BYTES);
    if (at > 0 && this.#wrapper.length === HEADER_BYTES) {
      readZlibHeader(this.#name, Uint8Array.from(this.#wrapper), 0);
    }
    return at;
  }

  #readTrailer(bytes: Uint8Array, start: number): number {
    const at = this.#readWrapper(bytes, start, HEADER_BYTES + TRAILER_BYTES);
    if (at > start && this.#wrapper.length === HEADER_BYTES + TRAILER_BYTES) {
      const sum = this.#wrapper.slice(HEADER_BYTES).reduce((sum, byte) => sum * 256 + byte);
      // The Adler-32 of no bytes is 1.
      if (sum !== (this.output.sum ?? 1)) throw corrupt(this.#name, "wrong Adler-32", start);
    }
    return at;
  }

  /** Appends input to `#wrapper` until that has `size` bytes. Returns the position after the bytes read. */
  #readWrapper(bytes: Uint8Array, start: number, size: number): number {
    let at = start;
    while (this.#isZlib && this.#wrapper.length < size && at < bytes.length) {
      this.#wrapper.push(bytes[at++] as number);
    }
    return at;
  }
}

const PARSERS = { type: TYPE, boundary: /* @__PURE__ */ oneOf("flush", "message") };

function bindStream(name: string, isZlib: boolean): Inflating<StreamOptions> {
  const make = (given: StreamOptions = {}): Codec => {
    const { type, boundary }: StreamOptions = parseBy(PARSERS, given, name);
    return {
      name,
      decoder(readLimit) {
        const reader = new StreamReader(name, isZlib, readLimit);
        return (message, emit) => {
          // A text message is not part of the stream, and is received unchanged.
          let decoded = message;
          if (message.type === "binary") {
            reader.read(message.data);
            if (!reader.isFlushed && boundary !== "message") return;
            decoded = toMessage(name, type, reader.output.take());
          }
          emit(decoded, payloadMemory(decoded.data));
        };
      },
    };
  };
  return make as Inflating<StreamOptions>;
}

/**
 * Creates a codec for connections whose binary messages together form one zlib stream (RFC 1950), such as
 * Discord's `zlib-stream`. Sent messages are not compressed. Invalid data ends the connection with
 * `INVALID_MESSAGE`, because the rest of the stream cannot be decoded.
 */
export const zlibStream: Inflating<StreamOptions> = /* @__PURE__ */ bindStream("zlibStream", true);

/**
 * Creates a codec like {@link zlibStream} for one raw deflate stream (RFC 1951), which has no header, trailer or
 * checksum.
 */
export const deflateStream: Inflating<StreamOptions> = /* @__PURE__ */ bindStream(
  "deflateStream",
  false,
);
