import { parseBy } from "../options/parser.js";
import type { Codec } from "../protocol/codec.js";
import { payloadMemory } from "../protocol/message.js";
import type { TextMessage } from "../protocol/message.js";
import { orSkip } from "./failure.js";
import { unpack } from "./format.js";
import type { Format } from "./format.js";
import { toMessage } from "./message.js";
import { ON_INVALID, TYPE } from "./options.js";
import type { InflateOptions } from "./options.js";

/** Type of the functions that create codecs for compressed messages. */
export interface Inflating<Options> {
  /**
   * Creates a codec that decompresses received binary messages, for option `codec` of `connect` and
   * `reconnecting`. Checksums and lengths are checked.
   *
   * | codec                         | format of a received binary message       |
   * | ----------------------------- | ----------------------------------------- |
   * | `gunzip`, `gzip`              | gzip (RFC 1952)                           |
   * | `unzlib`, `zlib`              | zlib (RFC 1950)                           |
   * | `inflateRaw`, `deflateRaw`    | raw deflate (RFC 1951)                    |
   * | `auto`                        | gzip, zlib or plain, by its first bytes   |
   * | `zlibStream`, `deflateStream` | part of one stream for all messages       |
   *
   * `gzip`, `zlib` and `deflateRaw` also compress sent messages, in the same format.
   *
   * Throws `INVALID_OPTION`.
   *
   * ```ts
   * const client = await connect("wss://api.example.com/feed", { codec: gunzip() });
   * ```
   */
  (options?: Options & { readonly type?: "text" | undefined }): Codec<TextMessage>;
  /**
   * Creates a codec that decompresses received binary messages to bytes, with `type: "binary"`. Text messages
   * are received unchanged.
   *
   * Throws `INVALID_OPTION`.
   */
  (options: Options): Codec;
}

/** Returns the format of a message; `undefined` if it is plain. */
export type Choose = (bytes: Uint8Array) => Format | undefined;

/**
 * Decompresses a message like `unpack`, in one native call. Returns `undefined` if the message is invalid or the
 * call is not worthwhile; the caller then uses `unpack`.
 */
export type UnpackAtOnce = (
  format: Format,
  bytes: Uint8Array,
  limit: number,
) => Uint8Array<ArrayBuffer> | undefined;

/** Creates a codec that decodes each message independently. `newChoice` is called for each connection. */
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
          // A text message cannot be compressed, because compressed data is not UTF-8.
          if (message.type === "text") return message;
          const format = choose(message.data);
          const bytes = format
            ? (unpackAtOnce?.(format, message.data, readLimit) ??
              unpack(format, message.data, readLimit))
            : message.data;
          return toMessage(name, type, bytes);
        });
        if (decoded) emit(decoded, payloadMemory(decoded.data));
      };
    },
  };
}

const PARSERS = { type: TYPE, onInvalid: ON_INVALID };

/** Creates the codec factory of a format, for codecs that only decode. */
export function bindInflating(
  format: Format,
  unpackAtOnce?: UnpackAtOnce,
): Inflating<InflateOptions> {
  const { name } = format;
  const make = (given: InflateOptions = {}): Codec =>
    inflating(name, parseBy(PARSERS, given, name), () => () => format, unpackAtOnce);
  return make as Inflating<InflateOptions>;
}
