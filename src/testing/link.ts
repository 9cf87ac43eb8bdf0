import { invalid } from "../errors/validation.js";
import { duration, must, parseBy } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import type { Duration } from "../time/duration.js";

/** The simulated network between both sides of a connection. Without options it is instant and has no limits. */
export interface LinkOptions {
  /** Time that each byte takes, one way: milliseconds or a Go duration. Default: 0. */
  readonly latency?: Duration | undefined;
  /** Random time, up to this, that is added to `latency`. The order of the bytes is kept. Default: 0. */
  readonly jitter?: Duration | undefined;
  /** Bytes a second, each way. More than 0. Default: unlimited. */
  readonly bandwidth?: number | undefined;
  /** Cuts the connection, without a close frame, after this number of bytes both ways together. Default: never. */
  readonly cutAfter?: number | undefined;
}

/** A validated {@link LinkOptions}. Durations are in milliseconds. */
export interface Link {
  readonly latency: number;
  readonly jitter: number;
  readonly bandwidth: number;
  readonly cutAfter: number;
}

const INSTANT: Link = { latency: 0, jitter: 0, bandwidth: Infinity, cutAfter: Infinity };

const PARSERS: Readonly<Record<keyof LinkOptions, Parser>> = {
  latency: duration,
  jitter: duration,
  bandwidth: /* @__PURE__ */ must((value) => typeof value === "number" && value > 0, "more than 0"),
  cutAfter: /* @__PURE__ */ must(
    (value) => typeof value === "number" && value >= 0,
    "a number of bytes",
  ),
};

/** Validates the options of a link. Throws `INVALID_OPTION`. */
export function parseLink(options: LinkOptions): Link {
  if (typeof options !== "object") throw invalid("link", "an object", options);
  return { ...INSTANT, ...parseBy(PARSERS, options, "link") };
}

/** Returns the time that bytes take on a link, one way, in milliseconds. */
export function delayOf({ latency, jitter }: Link): number {
  return latency + Math.random() * jitter;
}
