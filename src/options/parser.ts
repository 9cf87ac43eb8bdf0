import { invalid, isObject, pickKnown, quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { isSignal } from "../time/abort.js";
import { durationOf } from "../time/duration.js";

/** Checks an option and copies it; `undefined` stands for the default. */
export type Parser = (value: unknown, name: string) => unknown;

/** Checks and copies options by their parsers; one that means the default is left out. */
export function parseBy(
  parsers: Readonly<Record<string, Parser>>,
  given: object,
  where: string,
): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(pickKnown(where, given, Object.keys(parsers)))) {
    const option = parsers[name]?.(value, `${where}: option ${name}`);
    if (option !== undefined) parsed[name] = option;
  }
  return parsed;
}

/**
 * Makes a parser that returns the value if `accepts` is true for it, and throws `INVALID_OPTION`
 * otherwise.
 */
export const must =
  (accepts: (value: unknown) => unknown, wanted: string): Parser =>
  (value, name) => {
    if (!accepts(value)) throw invalid(name, wanted, value);
    return value;
  };

export const duration: Parser = (value, name) =>
  durationOf(name, value, 2_147_483_647, "INVALID_OPTION") || undefined;

export const integer = (min: number, max: number): Parser =>
  must(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `an integer from ${min} to ${max}`,
  );

/** Of a limit, as of a duration, 0 stands for the default. */
export const limit =
  (min: number, max: number): Parser =>
  (value, name) =>
    value === 0 ? undefined : integer(min, max)(value, name);

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

/** Refuses what the platform, or this version, cannot do. */
export const refused =
  (why: string): Parser =>
  (_, name) => {
    throw new WsError("UNSUPPORTED", `${name} ${why}`);
  };

/** Stands for what a platform may bring. */
export const notHere = (wayOut: string): Parser =>
  refused(`cannot be used in a browser, or with option webSocket: ${wayOut}`);
