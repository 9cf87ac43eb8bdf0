import { must, oneOf } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import type { OnInvalid } from "./failure.js";

/** Options of the codecs that inflate one message at a time. */
export interface InflateOptions {
  /**
   * Type of the decompressed messages. `"text"`: they are received as text; invalid UTF-8 is `INVALID_MESSAGE`.
   * `"binary"`: they are received as bytes. Messages that arrive as text are received unchanged.
   * Default: `"text"`.
   */
  readonly type?: "text" | "binary" | undefined;
  /**
   * Handling of a message that cannot be decoded: `"close"` ends the connection with `INVALID_MESSAGE`, `"skip"`
   * discards the message. A function is called with the error and returns one of these. A message that exceeds
   * `readLimit` after decompression always ends the connection, with `MESSAGE_TOO_BIG`. Default: `"close"`.
   */
  readonly onInvalid?: OnInvalid | undefined;
}

/** Options of {@link auto}. */
export interface AutoOptions extends InflateOptions {
  /**
   * True if the first binary message determines the format of all messages of the connection; false to detect
   * the format of each message. Default: true.
   */
  readonly pin?: boolean | undefined;
}

/** A compression level: see option `level`. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Options of the codecs that also compress. */
export interface DeflateOptions extends InflateOptions {
  /**
   * Texts smaller than this many bytes of UTF-8 are sent uncompressed, as text messages. Bytes are always
   * compressed, because the peer could not distinguish compressed from plain bytes. Default: 1024.
   * 0 to 104857600. 0: every text is compressed.
   */
  readonly threshold?: number | undefined;
  /** Compression level, from 0 (none) to 9 (smallest output, slowest). Default: 6. */
  readonly level?: Level | undefined;
}

/** Options of the codecs with one stream for all messages of a connection. */
export interface StreamOptions {
  /**
   * Type of the decompressed messages. `"text"`: they are received as text; invalid UTF-8 is `INVALID_MESSAGE`.
   * `"binary"`: they are received as bytes. Messages that arrive as text are received unchanged.
   * Default: `"text"`.
   */
  readonly type?: "text" | "binary" | undefined;
  /**
   * The end of a message. `"flush"`: a message ends where the sender has made a sync flush, that is, where a
   * WebSocket message ends with the bytes `00 00 FF FF`; it may span several WebSocket messages. `"message"`:
   * each WebSocket message is one message. Default: `"flush"`.
   */
  readonly boundary?: "flush" | "message" | undefined;
}

export const TYPE: Parser = /* @__PURE__ */ oneOf("text", "binary");

export const ON_INVALID: Parser = /* @__PURE__ */ must(
  (value) => value === "close" || value === "skip" || typeof value === "function",
  "close, skip or a function",
);
