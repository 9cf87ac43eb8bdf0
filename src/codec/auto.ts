import type { Codec } from "../protocol/codec.js";
import { FDICT, GZIP, isZlib, ZLIB } from "./format.js";
import type { Format } from "./format.js";
import { inflating } from "./inflating.js";
import type { Choose, Inflating, UnpackAtOnce } from "./inflating.js";
import { checkOptions, ON_INVALID, oneOf, TYPE } from "./options.js";
import type { AutoOptions } from "./options.js";

/** Tells the format by its first two bytes. */
const sniff: Choose = ([first = 0, second = 0]): Format | undefined => {
  if (first === 0x1f && second === 0x8b) return GZIP;
  return isZlib(first, second) && !(second & FDICT) ? ZLIB : undefined;
};

/** The same format for all, as the first tells. */
function pinned(): Choose {
  let format: Format | undefined | null = null;
  return (bytes) => (format === null ? (format = sniff(bytes)) : format);
}

const CHECKS = {
  type: TYPE,
  onInvalid: ON_INVALID,
  pin: /* @__PURE__ */ oneOf(true, false),
};

/** Binds `auto` to a platform. */
export function bindAuto(unpackAtOnce?: UnpackAtOnce): Inflating<AutoOptions> {
  const make = (given: AutoOptions = {}): Codec => {
    const { pin, ...options } = checkOptions("auto", given, CHECKS);
    return inflating("auto", options, pin === false ? () => sniff : pinned, unpackAtOnce);
  };
  return make as Inflating<AutoOptions>;
}
