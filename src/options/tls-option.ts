import { pickKnown } from "../errors/validation.js";
import { callable } from "./parser.js";
import type { Parser } from "./parser.js";

/** Validates and copies options of `tls.connect`. */
export const parseTls: Parser = (value, name) => {
  // Omit entries that are `undefined`, because Node does not treat them as absent, not even for a function.
  const given = pickKnown(name, value, Object.keys(Object(value) as object));
  for (const callback of ["checkServerIdentity", "pskCallback"]) {
    if (callback in given) callable(given[callback], `${name}.${callback}`);
  }
  return Object.freeze(given);
};
