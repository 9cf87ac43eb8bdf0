import type { Data } from "../protocol/message.js";
import type { Duration } from "../time/duration.js";
import { callable, duration, parseBy } from "./parser.js";
import type { Parser } from "./parser.js";

/** Settings of option `keepAlive`. */
export interface KeepAliveOptions {
  /**
   * The longest time without a byte received, or without one sent, before the peer is pinged: milliseconds or a Go
   * duration. Default: 30 s. At most 2^31-1 ms. 0: the default.
   */
  readonly interval?: Duration | undefined;
  /**
   * The longest time without a byte received after the ping has left; then `KEEPALIVE_TIMEOUT` ends the connection.
   * Default: 10 s. At most 2^31-1 ms. 0: the default.
   */
  readonly timeout?: Duration | undefined;
  /**
   * Makes the message to send in place of a ping where there are no ping frames, as in browsers: one
   * that the peer answers. There it must be given, or `keepAlive` is `UNSUPPORTED`. If it throws, or
   * returns what cannot be sent, the connection ends with `INVALID_MESSAGE`. Default: none.
   */
  readonly message?: (() => Data) | undefined;
  /**
   * Told of each round trip in milliseconds: from a flushed ping to its pong, or from sending `message`
   * to whatever arrives next. What it throws is reported as uncaught. Default: none.
   */
  readonly onPong?: ((roundTrip: number) => void) | undefined;
}

/** Settings of option `keepAlive`, checked and copied, in milliseconds. */
export interface ResolvedKeepAlive extends KeepAliveOptions {
  readonly interval: number;
  readonly timeout: number;
}

export function parseKeepAlive(value: unknown, name: string): ResolvedKeepAlive | false {
  if (value === false) return false;
  const given = parseBy(KEEP_ALIVE_PARSERS, value as object, name);
  return { interval: 30_000, timeout: 10_000, ...given };
}

const KEEP_ALIVE_PARSERS: Readonly<Record<keyof KeepAliveOptions, Parser>> = {
  interval: duration,
  timeout: duration,
  message: callable,
  onPong: callable,
};
