import type { Codec } from "../protocol/codec.js";
import { TEXT } from "../protocol/constants.js";
import type { Data } from "../protocol/message.js";
import type { Format } from "./format.js";
import { inflating } from "./inflating.js";
import type { Inflating, UnpackAtOnce } from "./inflating.js";
import { globalClass, toText } from "./message.js";
import { checkOptions, integer, ON_INVALID, TYPE } from "./options.js";
import type { DeflateOptions, Level } from "./options.js";

/** Compresses bytes. The result shares no memory with them. */
export type Deflate = (bytes: Uint8Array, level: Level) => Uint8Array;

const CHECKS = {
  type: TYPE,
  onInvalid: ON_INVALID,
  threshold: /* @__PURE__ */ integer(104_857_600),
  level: /* @__PURE__ */ integer(9),
};

/** Creates the codec factory of a format, for codecs that decode and encode. */
export function bindDeflating(
  format: Format,
  deflate: Deflate,
  unpackAtOnce?: UnpackAtOnce,
): Inflating<DeflateOptions> {
  const { name } = format;
  const make = (given: DeflateOptions = {}): Codec => {
    const options = checkOptions(name, given, CHECKS);
    const { threshold = 1_024, level = 6 } = options;
    return {
      ...inflating(name, options, () => () => format, unpackAtOnce),
      encode(value, type) {
        const bytes = toBytes(name, value);
        const isString = typeof value === "string";
        const isText = type ? type === TEXT : isString;
        // Validate the UTF-8 here, because it cannot be checked after compression.
        if (isText && !isString) toText(name, bytes);
        return isText && bytes.length < threshold ? value : deflate(bytes, level);
      },
    };
  };
  return make as Inflating<DeflateOptions>;
}

/** Returns data as bytes, without a copy if it is binary. Throws for data that is neither text nor bytes. */
function toBytes(codec: string, data: Data): Uint8Array {
  if (typeof data === "string") return new (globalClass(codec, "TextEncoder"))().encode(data);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  // `slice` throws unless it is an ArrayBuffer, of any realm. `new Uint8Array(5)` would create five zeros.
  ArrayBuffer.prototype.slice.call(data, 0, 0);
  return new Uint8Array(data);
}
