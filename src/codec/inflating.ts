import type { Codec, TextMessage } from "wschan";
import { orSkip } from "./failure.js";
import { unpack } from "./format.js";
import type { Format } from "./format.js";
import { sizeOf, toMessage } from "./message.js";
import { checkOptions, ON_INVALID, TYPE } from "./options.js";
import type { InflateOptions } from "./options.js";

/** Makes a codec of messages that are compressed. */
export interface Inflating<Options> {
  (options?: Options & { readonly type?: "text" | undefined }): Codec<TextMessage>;
  /** With `type: "binary"` what was compressed is binary; texts come through as texts. */
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
