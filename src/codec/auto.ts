import { oneOf, parseBy } from "../options/parser.js";
import type { Codec } from "../protocol/codec.js";
import { FDICT, GZIP, isZlib, ZLIB } from "./format.js";
import type { Format } from "./format.js";
import { inflating } from "./inflating.js";
import type { Choose, Inflating, UnpackAtOnce } from "./inflating.js";
import { ON_INVALID, TYPE } from "./options.js";
import type { AutoOptions } from "./options.js";

/** Detects the format of a message by its first two bytes. */
const detect: Choose = ([first = 0, second = 0]): Format | undefined => {
  if (first === 0x1f && second === 0x8b) return GZIP;
  return isZlib(first, second) && !(second & FDICT) ? ZLIB : undefined;
};

/** Creates a chooser that detects the format of the first message and keeps it for all later ones. */
function detectOnce(): Choose {
  let format: Format | undefined | null = null;
  return (bytes) => (format === null ? (format = detect(bytes)) : format);
}

const PARSERS = {
  type: TYPE,
  onInvalid: ON_INVALID,
  pin: /* @__PURE__ */ oneOf(true, false),
};

/** Creates the `auto` of an entry. `unpackAtOnce` is its native decompression, if it has one. */
export function bindAuto(unpackAtOnce?: UnpackAtOnce): Inflating<AutoOptions> {
  const make = (given: AutoOptions = {}): Codec => {
    const { pin, ...options }: AutoOptions = parseBy(PARSERS, given, "auto");
    return inflating("auto", options, pin === false ? () => detect : detectOnce, unpackAtOnce);
  };
  return make as Inflating<AutoOptions>;
}
