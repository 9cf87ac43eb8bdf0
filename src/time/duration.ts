import type { ErrorCode } from "../errors/error-codes.js";
import { quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

/**
 * A length of time: a number of milliseconds, or a string in the format of Go's `time.ParseDuration`, such as
 * `"300ms"` or `"1h15m30.5s"`. See {@link parseDuration}.
 */
export type Duration = number | string;

/** Go's largest duration, 2^63-1 ns, as exactly as a number of milliseconds can express it. */
const MAX_MS = 9_223_372_036_854.775;

/**
 * Power of ten that converts each unit to milliseconds; for `m` and `h`, which are first converted to
 * seconds, that of `s`.
 */
const MS_EXPONENTS: Readonly<Record<string, number>> = {
  ns: -6,
  us: -3,
  "\u00b5s": -3,
  "\u03bcs": -3,
  ms: 0,
  s: 3,
  m: 3,
  h: 3,
};

/**
 * Converts a duration to milliseconds. Fractions are kept: `"5ns"` is 0.000005.
 *
 * Throws a {@link WsError} `INVALID_DURATION` for any other value or format, for NaN, for a negative
 * duration, and for one longer than Go's longest, `2562047h47m16.854775807s` (292 years).
 *
 * @param value A number of milliseconds, or a string in the format of Go's `time.ParseDuration`: an
 * optional sign, then `"0"`, or one or more decimal numbers, each followed by a unit: `ns`, `us` (or `µs`),
 * `ms`, `s`, `m` or `h`.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseDuration(value: Duration): number {
  return durationOf("duration", value);
}

/**
 * Converts a duration as {@link parseDuration} does; throws `code` if it is invalid or longer than `max`
 * milliseconds. The message calls the value `name`.
 */
export function durationOf(
  name: string,
  value: unknown,
  max: number = MAX_MS,
  code: ErrorCode = "INVALID_DURATION",
): number {
  const ms = typeof value === "string" ? parseText(value) : value;
  // Adding 0 turns -0 into 0.
  if (typeof ms === "number" && ms >= 0 && ms <= max) return ms + 0;
  const expected = `0 to ${max} ms or a Go duration such as "1h15m30.5s"`;
  throw new WsError(code, `${name} must be ${expected}, not ${quote(value)}`);
}

/**
 * Converts a Go duration to milliseconds. Returns `NaN`, as `Number()` does, if the text is not one. No
 * character is matched twice, so that the running time is linear.
 */
function parseText(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?[\d.]/.test(text)) return NaN;
  let total = 0;
  for (const [, digits = "", unit = ""] of text.matchAll(/([\d.]+)([^\d.]*)/g)) {
    // Appends the exponent to the text instead of multiplying, so that "1.005s" is 1005 and not
    // 1004.9999999999999. An unknown unit ("constructor", too) yields NaN.
    const ms = Number(`${digits}e${String(MS_EXPONENTS[unit])}`);
    total += ms * (unit === "m" ? 60 : unit === "h" ? 3600 : 1);
  }
  return text[0] === "-" ? -total : total;
}
