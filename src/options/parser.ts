import { invalid, isObject, pickKnown, quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { isSignal } from "../time/abort.js";
import { durationOf } from "../time/duration.js";

/**
 * Validates the value of an option and returns a copy, or `undefined` to select the default. `name` begins the
 * error message. `base` is the value that the result replaces.
 */
export type Parser = (value: unknown, name: string, base?: unknown) => unknown;

/**
 * Validates and copies options by their parsers. Omits those that select the default. Throws `INVALID_OPTION`
 * for an option without a parser.
 */
export function parseBy(
  parsers: Readonly<Record<string, Parser>>,
  given: object,
  where: string,
  base?: object,
): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(pickKnown(where, given, Object.keys(parsers)))) {
    const option = parsers[name]?.(value, `${where}: option ${name}`, base?.[name as never]);
    if (option !== undefined) parsed[name] = option;
  }
  return parsed;
}

/** Accepts every value: it has no rules, or another module validates it. */
export const passThrough: Parser = (value) => value;

/** Creates a parser that returns the value if `accepts` returns true for it, and throws otherwise. */
export const must =
  (accepts: (value: unknown) => unknown, wanted: string): Parser =>
  (value, name) => {
    if (!accepts(value)) throw invalid(name, wanted, value);
    return value;
  };

/** Parses a duration to milliseconds. 0 selects the default. */
export const duration: Parser = (value, name) =>
  durationOf(name, value, 2_147_483_647, "INVALID_OPTION") || undefined;

/** Creates a parser of integers in a range, inclusive. */
export const integer = (min: number, max: number): Parser =>
  must(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `an integer from ${min} to ${max}`,
  );

/** Creates a parser of integers in a range, for which 0 selects the default. */
export const limit =
  (min: number, max: number): Parser =>
  (value, name) =>
    value === 0 ? undefined : integer(min, max)(value, name);

/** Parses an object to a frozen shallow copy. */
export const object: Parser = (value, name) => {
  if (!isObject(value)) throw invalid(name, "an object", value);
  return Object.freeze({ ...value });
};

export const abortSignal: Parser = /* @__PURE__ */ must(isSignal, "an AbortSignal");

export const callable: Parser = /* @__PURE__ */ must(
  (value) => typeof value === "function",
  "a function",
);

export const oneOf = (...values: readonly unknown[]): Parser =>
  must((value) => values.includes(value), values.map(quote).join(", "));

/**
 * Creates the parser of an option that browsers do not support: it throws `UNSUPPORTED`. Platforms that support
 * the option replace it.
 */
export const notInBrowser =
  (remedy: string): Parser =>
  (_, name) => {
    const text = `${name} cannot be used in a browser, or with option webSocket: ${remedy}`;
    throw new WsError("UNSUPPORTED", text);
  };
