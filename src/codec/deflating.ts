import { platformClass } from "../errors/platform-class.js";
import { integer, parseBy } from "../options/parser.js";
import type { Codec } from "../protocol/codec.js";
import { TEXT } from "../protocol/constants.js";
import { toBytes } from "../protocol/payload.js";
import type { Format } from "./format.js";
import { inflating } from "./inflating.js";
import type { Inflating, UnpackAtOnce } from "./inflating.js";
import { toText } from "./message.js";
import { ON_INVALID, TYPE } from "./options.js";
import type { DeflateOptions, Level } from "./options.js";

/** Compresses bytes. The result shares no memory with them. */
export type Deflate = (bytes: Uint8Array, level: Level) => Uint8Array;

const PARSERS = {
  type: TYPE,
  onInvalid: ON_INVALID,
  threshold: /* @__PURE__ */ integer(0, 104_857_600),
  level: /* @__PURE__ */ integer(0, 9),
};

/** Creates the codec factory of a format, for codecs that decode and encode. */
export function bindDeflating(
  format: Format,
  deflate: Deflate,
  unpackAtOnce?: UnpackAtOnce,
): Inflating<DeflateOptions> {
  const { name } = format;
  const make = (given: DeflateOptions = {}): Codec => {
    const options: DeflateOptions = parseBy(PARSERS, given, name);
    const { threshold = 1_024, level = 6 } = options;
    return {
      ...inflating(name, options, () => () => format, unpackAtOnce),
      encode(value, type) {
        const isString = typeof value === "string";
        const bytes = isString
          ? new (platformClass("TextEncoder"))().encode(value)
          : toBytes(value);
        const isText = type ? type === TEXT : isString;
        // Validate the UTF-8 here, because it cannot be checked after compression.
        if (isText && !isString) toText(name, bytes);
        return isText && bytes.length < threshold ? value : deflate(bytes, level);
      },
    };
  };
  return make as Inflating<DeflateOptions>;
}
