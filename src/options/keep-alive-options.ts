import type { Data } from "../protocol/message.js";
import type { Duration } from "../time/duration.js";
import { callable, duration, oneOf, parseBy } from "./parser.js";
import type { Parser } from "./parser.js";

/** Settings of option `keepAlive`. */
export interface KeepAliveOptions {
  /**
   * The longest time without receiving, or without sending, before the peer is pinged: milliseconds or a Go
   * duration. Default: 30 s. At most 2^31-1 ms. 0: the default.
   */
  readonly interval?: Duration | undefined;
  /**
   * The longest time without receiving after the ping was flushed: milliseconds or a Go duration. When it
   * passes, the connection ends with `KEEPALIVE_TIMEOUT`. Default: 10 s. At most 2^31-1 ms. 0: the default.
   */
  readonly timeout?: Duration | undefined;
  /**
   * Returns the message to send in place of a ping; the peer must answer it. It is used where there are no ping
   * frames, as in browsers, and with `prefer: "message"`. Without it, `keepAlive` is `UNSUPPORTED` in browsers. If
   * it throws, or returns a value that cannot be sent, the connection ends with `INVALID_MESSAGE`. Default: none.
   */
  readonly message?: (() => Data) | undefined;
  /**
   * `"message"` sends `message` even where there are ping frames, for servers that count only messages as life;
   * without `message` it is `INVALID_OPTION`. Default: `"ping"`, which sends a ping where there are ping frames.
   */
  readonly prefer?: "ping" | "message" | undefined;
  /**
   * Called with each round trip in milliseconds: from the flush of a ping to its pong, or from sending
   * `message` to the next message received. An exception from it is reported as uncaught. Default: none.
   */
  readonly onPong?: ((roundTrip: number) => void) | undefined;
}

/** Option `keepAlive`, validated and copied, in milliseconds. */
export interface ResolvedKeepAlive extends KeepAliveOptions {
  readonly interval: number;
  readonly timeout: number;
}

/** Validates and copies option `keepAlive`, and fills in its defaults. */
export function parseKeepAlive(value: unknown, name: string): ResolvedKeepAlive | false {
  if (value === false) return false;
  const given = parseBy(KEEP_ALIVE_PARSERS, value as object, name);
  return { interval: 30_000, timeout: 10_000, ...given };
}

const KEEP_ALIVE_PARSERS: Readonly<Record<keyof KeepAliveOptions, Parser>> = {
  interval: duration,
  timeout: duration,
  message: callable,
  prefer: /* @__PURE__ */ oneOf("ping", "message"),
  onPong: callable,
};
