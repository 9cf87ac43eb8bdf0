import { WsError } from "wschan";
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
type Check = readonly [passes: (value: unknown) => boolean, wanted: string];

/** What each option may be. */
export type Checks = Readonly<Record<string, Check>>;

const oneOf = (...values: readonly unknown[]): Check => [
  (value) => values.includes(value),
  values.join(" or "),
];

const integer = (max: number): Check => [
  (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max,
  `an integer from 0 to ${max}`,
];

const TYPE = { type: /* @__PURE__ */ oneOf("text", "binary") };

export const ON_INVALID: Checks = {
  onInvalid: [
    (value) => value === "close" || value === "skip" || typeof value === "function",
    "close, skip or a function",
  ],
};

export const INFLATE: Checks = { ...TYPE, ...ON_INVALID };

export const AUTO: Checks = { ...INFLATE, pin: /* @__PURE__ */ oneOf(true, false) };

export const DEFLATE: Checks = {
  ...INFLATE,
  threshold: /* @__PURE__ */ integer(104_857_600),
  level: /* @__PURE__ */ integer(9),
};

export const STREAM: Checks = { ...TYPE, boundary: /* @__PURE__ */ oneOf("flush", "message") };

/** Copies options that are right. Throws `INVALID_OPTION`. */
export function checkOptions<T extends object>(codec: string, given: T, checks: Checks): T {
  // Those of a string would be its letters, and an empty array has none.
  if (typeof given !== "object" || (given as T | null) === null || Array.isArray(given)) {
    throw invalid(`${codec}: options must be an object`);
  }
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) {
      const known = Object.keys(checks).join(", ");
      throw invalid(`${codec}: unknown option ${name}: the options are ${known}`);
    }
    const [passes, wanted] = check;
    if (value !== undefined && !passes(value)) {
      throw invalid(`${codec}: option ${name} must be ${wanted}`);
    }
  }
  return { ...given };
}

const invalid = (text: string): WsError => new WsError("INVALID_OPTION", text);
