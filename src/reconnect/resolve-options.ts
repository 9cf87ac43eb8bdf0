import type { Client } from "../connection/client.js";
import { Inbox } from "../connection/inbox.js";
import type { CreateContext } from "../context/connect.js";
import { contextOf, contextParser } from "../context/context-parser.js";
import type { PreparedDials } from "../context/context.js";
import { invalid } from "../errors/validation.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { callable, duration, integer, must, object, oneOf, parseBy } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import type { ResolvedOptions } from "../options/resolved-options.js";
import type { Codec } from "../protocol/codec.js";
import { parseDuration } from "../time/duration.js";
import type { Backoff } from "./backoff.js";
import { DEFAULTS } from "./options.js";
import type { AttemptInfo, Fresh, ReconnectOptions } from "./options.js";
import type { Outbox, ResolvedQueueOptions } from "./outbox.js";
import type { NetworkEvents } from "./wake.js";

/**
 * Options of one reconnecting client: validated, copied and complete. They are resolved once, when the
 * client is made. Durations are in milliseconds.
 */
export interface ResolvedReconnectOptions extends Pick<
  PreparedDials,
  "open" | "events" | "contextError"
> {
  /** Receives the messages of all connections. */
  readonly inbox: Inbox;
  readonly dialTimeout: number;
  /** Options of each dial, except those in `perAttempt`. */
  readonly dialOptions: ResolvedOptions;
  /** Functions that return URL, headers and protocols for an attempt; `undefined` if they do not change. */
  readonly perAttempt: readonly ((info: AttemptInfo) => unknown)[];
  readonly backoff: Backoff;
  readonly retryAfterMax: number;
  readonly stableAfter: number;
  /** `undefined`: 10 until a connection has opened, unlimited afterwards. */
  readonly maxAttempts?: number;
  /** `Infinity` if it is off. */
  readonly maxElapsed: number;
  readonly queue: ResolvedQueueOptions;
  /** A queue that outlives the client. `undefined`: one of its own, whose messages are lost when the client ends. */
  readonly outbox?: Outbox | undefined;
  /** True if an earlier client, which this one continues, had a connection. */
  readonly resumed?: boolean | undefined;
  /** True if a `Reconnected` goes into the channel between two connections. */
  readonly marker?: boolean | undefined;
  /** Called when another connection has replaced the one that is open. */
  readonly onReplaced?: ((client: Client) => void) | undefined;
  readonly autoStart: boolean;
  /** `undefined` if it is off. */
  readonly maxLifetime?: number;
  readonly network?: NetworkEvents;
  readonly codec?: Codec | undefined;
  readonly signal?: AbortSignal;
  readonly shouldRetry?: ReconnectOptions["shouldRetry"];
  readonly onConnect?: ReconnectOptions["onConnect"];
  readonly onLost?: ReconnectOptions["onLost"];
}

/** Default of `keepAlive.interval` and `keepAlive.timeout`. */
const DEFAULT_KEEP_ALIVE_MS = 20_000;

/** A keep-alive that pings only on events of the page: its interval is the longest that a timer allows. */
const PROBE_ONLY_KEEP_ALIVE = { interval: 2_147_483_647, timeout: 10_000 };

/** The shortest `maxLifetime`. */
const MIN_LIFETIME_MS = 1_000;

/** Makes a parser of an option that is a group of settings. */
const group =
  (option: "backoff" | "queue", parsers: Readonly<Record<string, Parser>>): Parser =>
  (value, name) => ({ ...DEFAULTS[option], ...parseBy(parsers, value as object, name) });

/** One parser for each option that `connect` does not have. */
const RECONNECT_PARSERS: Readonly<Record<string, Parser>> = {
  context: contextParser,
  backoff: /* @__PURE__ */ group("backoff", {
    min: duration,
    max: duration,
    factor: /* @__PURE__ */ must(
      (value) => typeof value === "number" && value >= 1 && value <= 100,
      "1 to 100",
    ),
  }),
  retryAfterMax: duration,
  stableAfter: duration,
  maxAttempts: /* @__PURE__ */ integer(1, 2_147_483_647),
  maxElapsed: duration,
  shouldRetry: callable,
  onConnect: callable,
  queue: /* @__PURE__ */ group("queue", {
    maxMessages: /* @__PURE__ */ integer(0, 1_000_000),
    maxBytes: /* @__PURE__ */ integer(1, 1_073_741_824),
    ttl: duration,
    whenFull: /* @__PURE__ */ oneOf("reject", "drop-oldest"),
  }),
  onLost: callable,
  marker: /* @__PURE__ */ oneOf(false, true),
  autoStart: /* @__PURE__ */ oneOf(false, true),
  maxLifetime(value, name) {
    const lifetime = duration(value, name) as number | undefined;
    if (lifetime && lifetime < MIN_LIFETIME_MS) throw invalid(name, "1s or more", value);
    return lifetime;
  },
  network: /* @__PURE__ */ must((value) => {
    const { addEventListener, removeEventListener } = Object(value) as Partial<NetworkEvents>;
    return typeof addEventListener === "function" && typeof removeEventListener === "function";
  }, "an EventTarget"),
};

/**
 * Validates the arguments of `reconnecting`, copies them and fills in the defaults.
 *
 * Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
 */
export function resolveOptions(
  url: Fresh<string | URL>,
  options: ReconnectOptions,
  createContext: CreateContext,
): ResolvedReconnectOptions {
  const given = object(options, "reconnecting: options") as ReconnectOptions;
  const { headers, protocols } = given;
  const context = contextOf(given.context, createContext);
  // The result of a function is validated at each dial. An empty value takes its place here, so that an
  // option that the platform does not support is refused now.
  const isFunction = (value: unknown): value is (info: AttemptInfo) => unknown =>
    typeof value === "function";
  const perAttempt = (given: unknown, value?: unknown): ((info: AttemptInfo) => unknown) =>
    isFunction(given) ? given : () => value;
  const prepared = context.prepare(
    url,
    {
      ...(given as ConnectOptions),
      headers: isFunction(headers) ? {} : headers,
      protocols: isFunction(protocols) ? [] : protocols,
    },
    RECONNECT_PARSERS,
    "reconnecting",
  );
  const parsed = prepared.options as ResolvedOptions & Partial<ResolvedReconnectOptions>;
  const keepAlive = resolveKeepAlive(given.keepAlive, parsed.keepAlive, prepared.canPing);
  // A function that returns `undefined` selects the default.
  const { defaults, open, events, contextError } = prepared;
  const { channelCapacity, bufferLimit, codec } = parsed;
  const dialOptions = {
    ...parsed,
    keepAlive,
    headers: (isFunction(headers) ? defaults : parsed).headers,
    protocols: (isFunction(protocols) ? defaults : parsed).protocols,
  };
  return {
    ...DEFAULTS,
    maxElapsed: Infinity,
    ...parsed,
    open,
    events,
    contextError,
    inbox: new Inbox(channelCapacity, bufferLimit, !!codec),
    marker: parsed.marker && !parsed.discardIncoming,
    dialOptions,
    perAttempt: [perAttempt(url, String(url)), perAttempt(headers), perAttempt(protocols)],
  } as ResolvedReconnectOptions;
}

/** Resolves option `keepAlive`. `parsed` is the option after parsing, or else the default of the context. */
function resolveKeepAlive(
  given: ReconnectOptions["keepAlive"],
  parsed: ResolvedOptions["keepAlive"],
  canPing: boolean,
): ResolvedOptions["keepAlive"] {
  if (!given && (!canPing || parsed !== undefined)) {
    return parsed || !canPing ? parsed : PROBE_ONLY_KEEP_ALIVE;
  }
  const orDefault = (name: "interval" | "timeout"): number =>
    given && parsed && parseDuration(given[name] ?? 0) ? parsed[name] : DEFAULT_KEEP_ALIVE_MS;
  return { ...parsed, interval: orDefault("interval"), timeout: orDefault("timeout") };
}
