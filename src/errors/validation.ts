import type { ErrorCode } from "./error-codes.js";
import { WsError } from "./ws-error.js";

/** Describes a value for an error message. Texts and objects may hold secrets, so it shows neither. */
export function show(value: unknown): string {
  if (typeof value === "string") return `a string of length ${value.length}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return isObject(value) ? "an object" : String(value);
}

/** Quotes the start of a text that is no secret, such as a name; describes any other value. */
export function quote(value: unknown): string {
  if (typeof value !== "string") return show(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}

/** Makes the error of a value that is not what it must be. */
export function invalid(
  what: string,
  wanted: string,
  value: unknown,
  code: ErrorCode = "INVALID_OPTION",
  cause?: unknown,
): WsError {
  return new WsError(code, `${what} must be ${wanted}, not ${show(value)}`, { cause });
}

/** Whether it is an object to read options from. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Copies the options that are given, by these names. Throws `INVALID_OPTION` for any other name; where
 * only case or underscores differ, it says so.
 */
export function pickKnown(
  where: string,
  options: unknown,
  names: readonly string[],
): Record<string, unknown> {
  if (!isObject(options)) throw invalid(`${where}: options`, "an object", options);
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      const plain = (text: string): string => text.replace(/[_-]/g, "").toLowerCase();
      const meant = names.find((known) => plain(known) === plain(name));
      const hint = meant ? `did you mean ${meant}?` : `the options are ${names.join(", ")}`;
      throw new WsError("INVALID_OPTION", `${where}: unknown option ${quote(name)}: ${hint}`);
    }
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
