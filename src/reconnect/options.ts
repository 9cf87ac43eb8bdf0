import type { Client } from "../connection/client.js";
import type { Inbox } from "../connection/inbox.js";
import type { CreateContext } from "../context/connect.js";
import { Context } from "../context/context.js";
import type { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import type { KeepAliveOptions } from "../options/keep-alive-options.js";
import { callable, duration, integer, must, object, oneOf, parseBy } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import type { AnyCodec, Codec, Decoded, Encoded } from "../protocol/codec.js";
import type { Duration } from "../time/duration.js";
import type { Backoff } from "./backoff.js";
import type { LostMessage, QueueSettings } from "./outbox.js";

/** What functions for `url`, `headers` and `protocols` are called with. */
export interface AttemptInfo {
  /** Counts from 1 since the last stable connection. */
  readonly attempt: number;
  /** Why the attempt before, or the last connection, ended; none at first. */
  readonly lastError: WsError | undefined;
  /** Aborts when the client ends. */
  readonly signal: AbortSignal;
}

/** A value, or a function that is called anew for every attempt. What it rejects with ends the attempt. */
export type Fresh<T> = T | ((info: AttemptInfo) => T | Promise<T>);

/** What `onConnect` is told. */
export interface ConnectInfo {
  /** Counts from 1 since the last stable connection. */
  readonly attempt: number;
  /** Whether there was a connection before. */
  readonly resumed: boolean;
}

/** Settings of option `backoff`. */
export interface BackoffOptions {
  /** The window of the first wait: milliseconds or a Go duration. Default: 500 ms. 0: the default. */
  readonly min?: Duration | undefined;
  /** The largest window. Default: 30 s. 0: the default. */
  readonly max?: Duration | undefined;
  /** By what the window grows with each failure. Default: 2. 1 to 100. */
  readonly factor?: number | undefined;
}

/** Settings of option `queue`. */
export interface QueueOptions {
  /** How many messages may wait. Default: 1000. 0 to 1000000; 0: none. */
  readonly maxMessages?: number | undefined;
  /**
   * How many bytes they may hold, at payload + 64 a message (a text's payload at 2 x `length`). Default:
   * 16 MiB. 1 B to 1 GiB.
   */
  readonly maxBytes?: number | undefined;
  /** How long a message may wait; a message's own `ttl` comes before it. Default: off. 0: the default. */
  readonly ttl?: Duration | undefined;
  /**
   * `"reject"` refuses the new message, `"drop-oldest"` drops old ones for it; what is refused or dropped
   * rejects with `QUEUE_FULL`. Default: `"reject"`.
   */
  readonly whenFull?: "reject" | "drop-oldest" | undefined;
}

/**
 * Options of `reconnecting`: those of `connect`, for each connection, and its own. All are copied when
 * the call is made; whatever is wrong throws `INVALID_OPTION`, and what the platform cannot do
 * `UNSUPPORTED`.
 *
 * `dialTimeout` bounds each step of an attempt: the functions that are asked, the dial, and `onConnect`.
 */
export interface ReconnectOptions<C extends AnyCodec = Codec> extends Omit<
  ConnectOptions<C>,
  "headers" | "protocols" | "keepAlive" | "signal"
> {
  /** As of `connect`, or a function. */
  readonly headers?: Fresh<ConnectOptions["headers"]>;
  /** As of `connect`, or a function. */
  readonly protocols?: Fresh<ConnectOptions["protocols"]>;
  /**
   * As of `connect`, but where neither this nor the context's defaults say anything it is on in Node.
   * `interval` and `timeout` are 20 s if they are left out here. `false`: off.
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /** Ends the client with `ABORTED`, whatever it does, and its connection without a handshake. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Whose policy and defaults apply; if it is closed the client ends. Default: one of its own. */
  readonly context?: Context | undefined;
  /** The waits between attempts: by chance, from 0 to a window that grows. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * The longest wait that a server's `Retry-After` gets; what is longer is cut to it, and the jitter comes
   * on top. A `backoff.max` that is larger counts in its place. Default: 1 h. At most 2^31-1 ms. 0: the
   * default.
   */
  readonly retryAfterMax?: Duration | undefined;
  /** How long a connection must have been open for the count of failures to begin anew. Default: 5 s. 0: the default. */
  readonly stableAfter?: Duration | undefined;
  /**
   * How many attempts there may be since the last stable connection. Default: 10 until a connection has
   * opened, and then without limit. 1 to 2^31-1.
   */
  readonly maxAttempts?: number | undefined;
  /** The longest time without an open connection; then the client ends. Default: off. 0: the default. */
  readonly maxElapsed?: Duration | undefined;
  /**
   * Says whether to go on: asked of every failed attempt and of every end that is no local close.
   * `undefined` leaves it to `error.retryable`. After a normal end by the peer `error` is
   * `CLOSED_BY_PEER`, with `details.closeCode`: retryable after 1001 and 1005, not after 1000. What it
   * throws ends the client. Default: none.
   */
  readonly shouldRetry?: ((error: WsError, attempt: number) => boolean | undefined) | undefined;
  /**
   * Runs on each connection before what is queued goes out: to authenticate, to subscribe. `client` is
   * that connection, with a channel of its own; what is left in it is received next. If it rejects, or
   * takes longer than `dialTimeout`, the attempt has failed. Default: none.
   */
  readonly onConnect?:
    ((client: Client<Decoded<C>, Encoded<C>>, info: ConnectInfo) => unknown) | undefined;
  /** Bounds what waits for a connection. */
  readonly queue?: QueueOptions | undefined;
  /** Told of messages that are lost. What it throws is reported as uncaught. Default: none. */
  readonly onLost?: ((messages: readonly LostMessage[]) => void) | undefined;
  /**
   * Puts a `Reconnected` between connections into the channel, unless option `discardIncoming` drops all.
   * Default: false.
   */
  readonly marker?: boolean | undefined;
}

/** What `reconnecting` does with its options, checked, complete and copied. */
export interface Plan {
  readonly context: Context;
  readonly inbox: Inbox;
  readonly dialTimeout: number;
  /** The options of each dial but for those that may be functions. */
  readonly dial: ConnectOptions;
  readonly codec: Codec | undefined;
  /** URL, headers and protocols. */
  readonly fresh: readonly [
    Fresh<string | URL>,
    Fresh<ConnectOptions["headers"]>,
    Fresh<ConnectOptions["protocols"]>,
  ];
  readonly signal: AbortSignal | undefined;
  readonly backoff: Backoff;
  readonly retryAfterMax: number;
  readonly stableAfter: number;
  readonly maxAttempts: number | undefined;
  readonly maxElapsed: number | undefined;
  readonly shouldRetry: ReconnectOptions["shouldRetry"];
  readonly onConnect: ReconnectOptions["onConnect"];
  readonly queue: QueueSettings;
  readonly onLost: ReconnectOptions["onLost"];
  readonly marker: boolean | undefined;
  /** Checks the options of one message. */
  readonly message: Readonly<Record<string, Parser>>;
}

/** What an option is when it is not given. Those that are not here are off, or none. */
export const DEFAULTS: {
  readonly backoff: Backoff;
  readonly queue: QueueSettings;
  readonly retryAfterMax: number;
  readonly stableAfter: number;
} = {
  backoff: { min: 500, max: 30_000, factor: 2 },
  retryAfterMax: 3_600_000,
  queue: { maxMessages: 1000, maxBytes: 16_777_216, whenFull: "reject" },
  stableAfter: 5_000,
};

/** The default of `keepAlive`, in milliseconds. */
const USUAL = 20_000;

/** A keep-alive that asks when a page's events make it: the interval is the longest that there is. */
const WHEN_TOLD = { interval: 2_147_483_647, timeout: 10_000 };

/** Takes anything, or leaves the check to others. */
const any: Parser = (value) => value;

/** Properties of the entry that `reconnecting` is bound to. */
export interface ReconnectPlatform {
  readonly createContext: CreateContext;
  /** True if the platform has ping frames. */
  readonly pings: boolean;
}

/** Checks and copies what `reconnecting` is given. */
export function makePlan(
  url: Fresh<string | URL>,
  given: ReconnectOptions,
  { createContext, pings }: ReconnectPlatform,
): Plan {
  const asked = given as ReconnectOptions | null | undefined;
  const context = asked?.context instanceof Context ? asked.context : createContext();
  const group =
    (defaults: object, parsers: Readonly<Record<string, Parser>>): Parser =>
    (value, name) => ({ ...defaults, ...parseBy(parsers, value as object, name) });
  const parsers: Readonly<Record<string, Parser>> = {
    context: must((value) => value === context, "a Context"),
    backoff: group(DEFAULTS.backoff, {
      min: duration,
      max: duration,
      factor: must((value) => typeof value === "number" && value >= 1 && value <= 100, "1 to 100"),
    }),
    retryAfterMax: duration,
    stableAfter: duration,
    maxAttempts: integer(1, 2_147_483_647),
    maxElapsed: duration,
    shouldRetry: callable,
    onConnect: callable,
    queue: group(DEFAULTS.queue, {
      maxMessages: integer(0, 1_000_000),
      maxBytes: integer(1, 1_073_741_824),
      ttl: duration,
      whenFull: oneOf("reject", "drop-oldest"),
    }),
    onLost: callable,
    marker: oneOf(false, true),
  };
  const fixed = { ...(object(given, "reconnecting: options") as ReconnectOptions) };
  const { headers, protocols, keepAlive } = fixed;
  // What is asked for anew is checked anew, too; whether the platform has such an option, now.
  const isFunction = (value: unknown): boolean => typeof value === "function";
  const { options, dialTimeout, inbox } = context.prepare(
    url,
    {
      ...(fixed as ConnectOptions),
      ...(isFunction(headers) && { headers: {} }),
      ...(isFunction(protocols) && { protocols: [] }),
    },
    parsers,
    "reconnecting",
  );
  const ofDial = Object.entries(options).filter(([name]) => !(name in parsers));
  const orUsual = (value: Duration | undefined): Duration =>
    value === undefined || value === 0 ? USUAL : value;
  const isUsual = pings && !options.webSocket;
  const chosen = keepAlive
    ? {
        ...options.keepAlive,
        interval: orUsual(keepAlive.interval),
        timeout: orUsual(keepAlive.timeout),
      }
    : (options.keepAlive ?? (isUsual ? { interval: USUAL, timeout: USUAL } : undefined));
  const dial = {
    ...Object.fromEntries(ofDial),
    keepAlive: isUsual && !chosen ? WHEN_TOLD : chosen,
  };
  return {
    ...DEFAULTS,
    ...options,
    context,
    inbox,
    dialTimeout,
    dial,
    message: {
      type: any,
      ttl: duration,
      key: any,
      retry: oneOf(false, true),
      timeout: any,
      signal: any,
    },
    fresh: [
      isFunction(url) ? url : String(url),
      isFunction(headers) ? headers : options.headers,
      isFunction(protocols) ? protocols : options.protocols,
    ],
  } as unknown as Plan;
}
