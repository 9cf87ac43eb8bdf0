import { WsError } from "../errors/ws-error.js";
import type { OnInvalid } from "./failure.js";

/** Options of the codecs that inflate one message at a time. */
export interface InflateOptions {
  /**
   * What the bytes are that come out: UTF-8 for `"text"`, which else is `INVALID_MESSAGE`, or `"binary"`.
   * Text messages are not compressed, and pass as they are. Default: `"text"`.
   */
  readonly type?: "text" | "binary" | undefined;
  /**
   * What becomes of a message that cannot be decoded: `"close"` ends the connection with
   * `INVALID_MESSAGE`, `"skip"` goes on with the next one. A function is called with the error, and returns
   * one of the two. One over `readLimit` always ends it. Default: `"close"`.
   */
  readonly onInvalid?: OnInvalid | undefined;
}

/** Options of {@link auto}. */
export interface AutoOptions extends InflateOptions {
  /** Whether the first binary message tells the format of all; or each its own. Default: true. */
  readonly pin?: boolean | undefined;
}

/** Levels of compression. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Options of the codecs that deflate as well. */
export interface DeflateOptions extends InflateOptions {
  /**
   * Texts smaller than this many bytes of UTF-8 go out as they are. Bytes are always compressed, for the
   * peer could not tell. Default: 1024. 0 to 104857600; 0: none.
   */
  readonly threshold?: number | undefined;
  /** How hard to try: 0 (not at all) to 9. Default: 6. */
  readonly level?: Level | undefined;
}

/** Options of the codecs of one stream for all messages. */
export interface StreamOptions {
  /** As of {@link InflateOptions}. Default: `"text"`. */
  readonly type?: "text" | "binary" | undefined;
  /**
   * Where a message ends: where the sender has flushed, at `00 00 FF FF`, be it several WebSocket messages
   * later, or with each WebSocket `"message"`. Default: `"flush"`.
   */
  readonly boundary?: "flush" | "message" | undefined;
}

/** Whether a value is one of an option's, and what those are. */
export type Check = readonly [passes: (value: unknown) => boolean, wanted: string];

export const oneOf = (...values: readonly unknown[]): Check => [
  (value) => values.includes(value),
  values.join(" or "),
];

export const integer = (max: number): Check => [
  (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max,
  `an integer from 0 to ${max}`,
];

export const TYPE: Check = /* @__PURE__ */ oneOf("text", "binary");

export const ON_INVALID: Check = [
  (value) => value === "close" || value === "skip" || typeof value === "function",
  "close, skip or a function",
];

/** Copies options that are right. Throws `INVALID_OPTION`. */
export function checkOptions<T extends object>(
  codec: string,
  given: T,
  checks: Readonly<Record<keyof T, Check>>,
): T {
  const fail = (text: string): never => {
    throw new WsError("INVALID_OPTION", `${codec}: ${text}`);
  };
  const options: unknown = given;
  if (typeof options !== "object" || !options || Array.isArray(options)) {
    return fail("options must be an object");
  }
  const known = Object.keys(checks);
  for (const [name, value] of Object.entries(options) as [keyof T & string, unknown][]) {
    if (!known.includes(name)) fail(`unknown option ${name}: the options are ${known.join(", ")}`);
    const [passes, wanted] = checks[name];
    if (value !== undefined && !passes(value)) fail(`option ${name} must be ${wanted}`);
  }
  return { ...given };
}
