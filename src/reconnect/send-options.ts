import type { SendOptions as CoreSendOptions } from "../connection/client-like.js";
import { duration, oneOf, passThrough } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import type { Duration } from "../time/duration.js";

/** Options of one message: those of `Client.send`, and those of a queue that outlives connections. */
export interface SendOptions extends CoreSendOptions {
  /**
   * Longest time that the message waits for a connection; then it rejects with `CHANNEL_TIMEOUT`. Default:
   * `queue.ttl`. 0: the default.
   */
  readonly ttl?: Duration | undefined;
  /**
   * Identifies what the message is about. It replaces a queued message with the same key and takes its
   * place at the end of the queue. Default: none.
   */
  readonly key?: string | undefined;
  /**
   * Sends the message again, before all queued ones, if the connection ends before it is known to have
   * left. The message may then arrive twice. Default: false.
   */
  readonly retry?: boolean | undefined;
}

/** One parser for each member of {@link SendOptions}. */
export const SEND_PARSERS: Readonly<Record<keyof SendOptions, Parser>> = {
  type: passThrough,
  ttl: duration,
  key: passThrough,
  retry: /* @__PURE__ */ oneOf(false, true),
  timeout: passThrough,
  signal: passThrough,
};
