import type { ErrorCode } from "./error-codes.js";
import { WsError } from "./ws-error.js";

/**
 * Describes a value for an error message. Does not show the contents of strings and objects, which may be
 * secret.
 */
export function show(value: unknown): string {
  if (typeof value === "string") return `a string of length ${value.length}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return isObject(value) ? "an object" : String(value);
}

/** Quotes the first 60 characters of a string that is not secret, such as a name; describes other values. */
export function quote(value: unknown): string {
  if (typeof value !== "string") return show(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}

/**
 * Creates the error of a value that is not valid: "`name` must be `expected`, not ...".
 *
 * @param code Default: `INVALID_OPTION`.
 */
export function invalid(
  name: string,
  expected: string,
  value: unknown,
  code: ErrorCode = "INVALID_OPTION",
  cause?: unknown,
): WsError {
  return new WsError(code, `${name} must be ${expected}, not ${show(value)}`, { cause });
}

/** True if the value is an object and not an array, so that options can be read from it. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns a copy of the options, without those that are `undefined`. Throws `INVALID_OPTION` for an option
 * that is not in `names`; the message suggests a name that differs only in case, `_` or `-`.
 */
export function pickKnown(
  operation: string,
  options: unknown,
  names: readonly string[],
): Record<string, unknown> {
  if (!isObject(options)) throw invalid(`${operation}: options`, "an object", options);
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      const normalize = (text: string): string => text.replace(/[_-]/g, "").toLowerCase();
      const similar = names.find((known) => normalize(known) === normalize(name));
      const hint = similar ? `did you mean ${similar}?` : `the options are ${names.join(", ")}`;
      throw new WsError("INVALID_OPTION", `${operation}: unknown option ${quote(name)}: ${hint}`);
    }
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
