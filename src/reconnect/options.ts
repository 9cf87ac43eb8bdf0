import type { Client } from "../connection/client.js";
import type { Context } from "../context/context.js";
import type { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import type { KeepAliveOptions } from "../options/keep-alive-options.js";
import type { AnyCodec, Codec, Decoded, Encoded } from "../protocol/codec.js";
import type { Duration } from "../time/duration.js";
import type { Backoff } from "./backoff.js";
import type { LostMessage, ResolvedQueueOptions } from "./outbox.js";
import type { NetworkEvents } from "./wake.js";

/** Argument of the functions for `url`, `headers` and `protocols`. */
export interface AttemptInfo {
  /** Number of the attempt, counted from 1 since the last stable connection. */
  readonly attempt: number;
  /** Error that ended the previous attempt or connection; `undefined` on the first attempt. */
  readonly lastError: WsError | undefined;
  /** Aborts when the client ends, or when the attempt is cut short. */
  readonly signal: AbortSignal;
}

/**
 * A value, or a function that is called for each attempt and returns the value. If the function throws or
 * rejects, the attempt fails.
 */
export type Fresh<T> = T | ((info: AttemptInfo) => T | Promise<T>);

/** Second argument of `onConnect`. */
export interface ConnectInfo {
  /** Number of the attempt, counted from 1 since the last stable connection. */
  readonly attempt: number;
  /** True if an earlier connection of this client was open. */
  readonly resumed: boolean;
}

/**
 * Settings of option `backoff`. Each pause is drawn at random from 0 to a window, which grows with each
 * failure.
 */
export interface BackoffOptions {
  /** First window: milliseconds or a Go duration. Default: 500 ms. 0: the default. */
  readonly min?: Duration | undefined;
  /** Largest window. Default: 30 s. 0: the default. */
  readonly max?: Duration | undefined;
  /** Factor by which the window grows with each failure. Default: 2. 1 to 100. */
  readonly factor?: number | undefined;
}

/** Settings of option `queue`. */
export interface QueueOptions {
  /**
   * Largest number of messages in the queue. Default: 1000. 0 to 1000000; 0: messages never wait.
   */
  readonly maxMessages?: number | undefined;
  /**
   * Largest size of the queue in bytes. Each message counts as its payload + 64, a text's payload as
   * 2 x `length`. Default: 16 MiB. 1 B to 1 GiB.
   */
  readonly maxBytes?: number | undefined;
  /**
   * Longest time that a message waits in the queue; then it rejects with `CHANNEL_TIMEOUT`. The `ttl` of a
   * single message overrides it. Default: off. 0: the default.
   */
  readonly ttl?: Duration | undefined;
  /**
   * `"reject"` refuses a message that does not fit; `"drop-oldest"` drops the oldest messages to make room
   * for it. A message that is refused or dropped rejects with `QUEUE_FULL`. Default: `"reject"`.
   */
  readonly whenFull?: "reject" | "drop-oldest" | undefined;
}

/**
 * Options of `reconnecting`: those of `connect`, which apply to each connection, and its own. All are
 * copied when you call it. An invalid option throws `INVALID_OPTION`, and one that the platform does not
 * support throws `UNSUPPORTED`.
 *
 * `dialTimeout` bounds each step of an attempt separately: calling the functions for `url`, `headers` and
 * `protocols`, the dial, and `onConnect`.
 */
export interface ReconnectOptions<C extends AnyCodec = Codec> extends Omit<
  ConnectOptions<C>,
  "headers" | "protocols" | "keepAlive" | "signal"
> {
  /** Same as option `headers` of `connect`, or a function that returns it. */
  readonly headers?: Fresh<ConnectOptions["headers"]>;
  /** Same as option `protocols` of `connect`, or a function that returns it. */
  readonly protocols?: Fresh<ConnectOptions["protocols"]>;
  /**
   * Same as option `keepAlive` of `connect`, with other defaults. In Node it is on, unless the defaults of
   * the context have this option. If you pass settings, `interval` and `timeout` default to 20 s each.
   * `false`: off.
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /**
   * Ends the client with `ABORTED`. An open connection ends without a close handshake. After `close()` it only
   * cuts the close handshake short. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Context whose policy and defaults apply to each connection. Closing it ends the client. Default: a
   * context of its own.
   */
  readonly context?: Context | undefined;
  /** Pauses between attempts: see {@link BackoffOptions}. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * Longest pause that a server can ask for by `Retry-After`; a longer one is cut to it. Jitter comes on
   * top. If `backoff.max` is larger, that is the limit. Default: 1 h. At most 2^31-1 ms. 0: the default.
   */
  readonly retryAfterMax?: Duration | undefined;
  /**
   * Time after which an open connection counts as stable. When a stable connection ends, the counts of
   * attempts and failures restart. Default: 5 s. 0: the default.
   */
  readonly stableAfter?: Duration | undefined;
  /**
   * Largest number of attempts since the last stable connection; then the client ends. Default: 10 until a
   * connection has opened, unlimited afterwards. 1 to 2^31-1.
   */
  readonly maxAttempts?: number | undefined;
  /**
   * Longest time without an open connection. The client ends if the next attempt would begin later.
   * Default: off. 0: the default.
   */
  readonly maxElapsed?: Duration | undefined;
  /**
   * Decides on the next attempt: `true` retries, `false` ends the client, and `undefined` leaves the
   * decision to `error.retryable`. It is called after each failed attempt and each end of a connection, but
   * not after `close` or `terminate`. After a normal close by the peer, `error` is `CLOSED_BY_PEER` with
   * `details.closeCode`; it is retryable for 1001 and 1005, but not for 1000. If the function throws, the
   * client ends. Default: none.
   */
  readonly shouldRetry?: ((error: WsError, attempt: number) => boolean | undefined) | undefined;
  /**
   * Runs on each new connection before queued messages are sent, for example to authenticate or to
   * subscribe. `client` is that connection, with a channel of its own; messages that you leave in it are
   * received next. If the function rejects, or takes longer than `dialTimeout`, the attempt fails.
   * Default: none.
   */
  readonly onConnect?:
    ((client: Client<Decoded<C>, Encoded<C>>, info: ConnectInfo) => unknown) | undefined;
  /** Limits of the queue of messages that wait for a connection: see {@link QueueOptions}. */
  readonly queue?: QueueOptions | undefined;
  /**
   * Called with messages that are lost. An exception it throws is reported as uncaught. Default: none.
   */
  readonly onLost?: ((messages: readonly LostMessage[]) => void) | undefined;
  /**
   * Puts a `Reconnected` into the channel between the messages of two connections. With option
   * `discardIncoming` it has no effect. Default: false.
   */
  readonly marker?: boolean | undefined;
  /**
   * If false, the client is `suspended` until you call `start()`, and what you send waits in the queue.
   * Default: true.
   */
  readonly autoStart?: boolean | undefined;
  /**
   * Replaces each connection before it is this old, at a random time from 90 % to 98 % of it: see `reconnect()`. For
   * servers and proxies that end connections at a fixed age. Default: off. 1 s to 2^31-1 ms. 0: the default.
   */
  readonly maxLifetime?: Duration | undefined;
  /**
   * The source of the events `online` and `offline`, which make the client check its connection or try again at
   * once. Use it where there is no page, as in React Native. Default: the page, if there is one.
   */
  readonly network?: NetworkEvents | undefined;
}

/** Values of options that are not given; durations are in milliseconds. An option without one is off. */
export const DEFAULTS: {
  readonly backoff: Backoff;
  readonly queue: ResolvedQueueOptions;
  readonly retryAfterMax: number;
  readonly stableAfter: number;
  readonly autoStart: boolean;
} = {
  backoff: { min: 500, max: 30_000, factor: 2 },
  retryAfterMax: 3_600_000,
  queue: { maxMessages: 1000, maxBytes: 16_777_216, whenFull: "reject" },
  stableAfter: 5_000,
  autoStart: true,
};
