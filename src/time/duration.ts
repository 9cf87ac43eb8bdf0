import type { ErrorCode } from "../errors/error-codes.js";
import { quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

/**
 * A length of time: a number of milliseconds, or a string as Go's `time.ParseDuration` reads it,
 * such as `"300ms"` or `"1h15m30.5s"`. What {@link parseDuration} accepts.
 */
export type Duration = number | string;

/** As near as a number of milliseconds comes to Go's largest duration, 2^63-1 ns. */
const MAX = 9_223_372_036_854.775;

/** The power of ten by which a number of each unit is milliseconds; `m` and `h` are then multiplied. */
const POWERS: Readonly<Record<string, number>> = {
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
 * The milliseconds of a duration, fractions kept: `"5ns"` is 0.000005.
 *
 * A number is milliseconds. A string follows Go's `time.ParseDuration`: an optional sign, then
 * `"0"` or one or more decimal numbers, each with a unit: `ns`, `us` (or `µs`), `ms`, `s`, `m`,
 * `h`.
 *
 * Throws a {@link WsError} `INVALID_DURATION` for anything else, for NaN, for a negative duration,
 * and for one longer than Go's largest, `2562047h47m16.854775807s` (292 years).
 */
export function parseDuration(value: Duration): number {
  return durationOf("duration", value);
}

/** Parses a duration of at most `max` milliseconds for `where`, or throws `code`: see {@link parseDuration}. */
export function durationOf(
  where: string,
  value: unknown,
  max: number = MAX,
  code: ErrorCode = "INVALID_DURATION",
): number {
  const ms = typeof value === "string" ? parseText(value) : value;
  // The sum turns -0 into 0.
  if (typeof ms === "number" && ms >= 0 && ms <= max) return ms + 0;
  const wanted = `0 to ${max} ms or a Go duration such as "1h15m30.5s"`;
  throw new WsError(code, `${where} must be ${wanted}, not ${quote(value)}`);
}

/**
 * Returns the milliseconds of a Go duration; `undefined`, or not a number, if it is none. No character is
 * matched twice, so the time is linear.
 */
function parseText(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?[\d.]/.test(text)) return undefined;
  let total = 0;
  for (const [, digits = "", unit = ""] of text.matchAll(/([\d.]+)([^\d.]*)/g)) {
    // In the text, so that "1.005s" is 1005 and not 1004.9999999999999. A name that is no unit
    // ("constructor" too) makes it NaN.
    const ms = Number(`${digits}e${String(POWERS[unit])}`);
    total += ms * (unit === "m" ? 60 : unit === "h" ? 3600 : 1);
  }
  return text[0] === "-" ? -total : total;
}
