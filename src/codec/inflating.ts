import type { Codec } from "../protocol/codec.js";
import type { TextMessage } from "../protocol/message.js";
import { orSkip } from "./failure.js";
import { unpack } from "./format.js";
import type { Format } from "./format.js";
import { sizeOf, toMessage } from "./message.js";
import { checkOptions, ON_INVALID, TYPE } from "./options.js";
import type { InflateOptions } from "./options.js";

/** The type of the functions that make codecs of compressed messages. */
export interface Inflating<Options> {
  /**
   * Makes a codec for option `codec` of `connect` and `reconnecting`, which decompresses what is received: for
   * `gunzip` and `gzip` each message is gzip (RFC 1952), for `unzlib` and `zlib` zlib (RFC 1950), for
   * `inflateRaw` and `deflateRaw` raw deflate (RFC 1951), for `auto` what its first bytes tell; for
   * `zlibStream` and `deflateStream` all messages of a connection are one stream. Checksums and lengths are
   * checked. `gzip`, `zlib` and `deflateRaw` also compress what is sent. Throws `INVALID_OPTION`.
   *
   * ```ts
   * const client = await connect("wss://api.example.com/feed", { codec: gunzip() });
   * ```
   */
  (options?: Options & { readonly type?: "text" | undefined }): Codec<TextMessage>;
  /**
   * The same with `type: "binary"`: what was compressed is received as bytes. Messages that arrive as text
   * stay text.
   */
  (options: Options): Codec;
}

/** Chooses the format of a message; `undefined`: it is plain. */
export type Choose = (bytes: Uint8Array) => Format | undefined;

/** The same as `unpack`; returns `undefined` where it cannot, or the message is invalid. */
export type UnpackAtOnce = (
  format: Format,
  bytes: Uint8Array,
  limit: number,
) => Uint8Array<ArrayBuffer> | undefined;

/** A codec that decodes each message by itself. Each connection has a choice of its own. */
export function inflating(
  name: string,
  { type, onInvalid }: InflateOptions,
  newChoice: () => Choose,
  unpackAtOnce?: UnpackAtOnce,
): Codec {
  return {
    name,
    decoder(readLimit) {
      const choose = newChoice();
      return (message, emit) => {
        const decoded = orSkip(onInvalid, () => {
          // Compressed bytes are no UTF-8.
          if (message.type === "text") return message;
          const format = choose(message.data);
          const bytes = format
            ? (unpackAtOnce?.(format, message.data, readLimit) ??
              unpack(format, message.data, readLimit))
            : message.data;
          return toMessage(name, type, bytes);
        });
        if (decoded) emit(decoded, sizeOf(decoded));
      };
    },
  };
}

const CHECKS = { type: TYPE, onInvalid: ON_INVALID };

/** Binds a codec that decodes messages in one format. */
export function bindInflating(
  format: Format,
  unpackAtOnce?: UnpackAtOnce,
): Inflating<InflateOptions> {
  const { name } = format;
  const make = (given: InflateOptions = {}): Codec =>
    inflating(name, checkOptions(name, given, CHECKS), () => () => format, unpackAtOnce);
  return make as Inflating<InflateOptions>;
}
