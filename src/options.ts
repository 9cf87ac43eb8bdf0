import type { AnyCodec, Codec } from "./codec.js";
import type { CompressionMode } from "./constants.js";
import { isSignal } from "./deadline.js";
import { durationOf } from "./duration.js";
import type { Duration } from "./duration.js";
import { invalid, isObject, pickKnown, quote, show, WsError } from "./errors.js";
import type { Data } from "./message.js";
import type { Policy } from "./policy.js";
import type { DialOptions, NodeOptions, Platform, WebSocketClass } from "./transport.js";

/** The ways to name a compression mode: see {@link COMPRESSION}. */
export type Compression = CompressionMode | "disabled" | "context_takeover" | "no_context_takeover";

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
export interface ParsedKeepAlive extends KeepAliveOptions {
  readonly interval: number;
  readonly timeout: number;
}

/**
 * Options of `connect`. All are copied when the call is made. A number where a duration is wanted is
 * milliseconds; a string is a Go duration (`"1m30s"`). A duration, `readLimit` or `bufferLimit` of `0`
 * means the default. Whatever is wrong rejects with `INVALID_OPTION`, and what the platform cannot do
 * with `UNSUPPORTED`, before anything is looked up or sent.
 */
export interface ConnectOptions<C extends AnyCodec = Codec> {
  /**
   * Headers of the opening request, in Node. `Authorization` replaces the credentials of the URL. Not
   * the WebSocket's own, nor `Host`, `Origin`, `Connection`, `Upgrade`, `Content-Length` or
   * `Transfer-Encoding`. Default: none. Browsers cannot send any: `UNSUPPORTED`.
   */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /**
   * Subprotocols to offer, best first (RFC 6455 section 1.9). If the server picks none of them, or
   * another one, the dial is `HANDSHAKE_REJECTED`; `DIAL_FAILED` where the platform does not tell why it
   * failed, as Chromium. Default: none.
   */
  readonly protocols?: string | readonly string[] | undefined;
  /**
   * The longest time until the connection is open: policy, name look-up, TCP, TLS, redirects and
   * upgrade together; then `DIAL_TIMEOUT`. Default: 30 s. At most 2^31-1 ms. 0: the default.
   */
  readonly dialTimeout?: Duration | undefined;
  /**
   * The longest wait for the next message while the channel has room and no message is half received;
   * then `READ_TIMEOUT` ends the connection. In Node, any byte that is received or written counts as
   * life; elsewhere whole messages alone can be seen. A peer that dies in the middle of a message is
   * `keepAlive`'s to find. Default: off. At most 2^31-1 ms. 0: the default.
   */
  readonly readTimeout?: Duration | undefined;
  /**
   * The longest time without progress while sent bytes wait; then `WRITE_TIMEOUT` ends the connection.
   * In a browser by `bufferedAmount`; `UNSUPPORTED` where there is none, as in React Native. Default:
   * off. At most 2^31-1 ms. 0: the default.
   *
   * In Node progress is what the peer's system has acknowledged (Linux) or our system has accepted. Once
   * its buffer is full, a peer's system may acknowledge in steps of some 400 kB: at 50 kB/s that is one in
   * 8 s, and the timeout has to be longer.
   */
  readonly writeTimeout?: Duration | undefined;
  /**
   * The longest wait for the peer's answer to our close frame, and for progress of what must leave
   * before it. A peer that reads slowly gets no time for what its system has accepted.
   * Default: 5 s. At most 2^31-1 ms. 0: the default.
   */
  readonly closeTimeout?: Duration | undefined;
  /**
   * permessage-deflate (RFC 7692): see {@link COMPRESSION}. In a browser, which negotiates by itself, a
   * hint that has no effect; `client.compression` tells what was agreed on. Default: `DISABLED`.
   */
  readonly compression?: Compression | undefined;
  /**
   * Messages smaller than this many bytes go uncompressed. In a browser a hint that has no effect.
   * Default: 512. 0 to 104857600; 0: none.
   */
  readonly compressionThreshold?: number | undefined;
  /**
   * The largest message to receive, in bytes after decompression. A larger one is `MESSAGE_TOO_BIG`
   * and ends the connection with 1009. In a browser it is known only when the message has arrived.
   * Default: 16 MiB. At most 134217728. 0: the default.
   */
  readonly readLimit?: number | undefined;
  /**
   * How many messages the receive channel holds. At this many unread, or at 1 MiB, the socket or stream
   * is paused; where there is nothing to pause, what follows waits behind it. Default: 32. 1 to 10000.
   */
  readonly channelCapacity?: number | undefined;
  /**
   * How many bytes may be unread, at payload + 64 a message (a text's payload at 2 x `length`); over
   * it the connection ends with `SLOW_CONSUMER`. Default: 64 MiB. 64 KiB to 1 GiB. 0: the default.
   */
  readonly bufferLimit?: number | undefined;
  /**
   * For publishers that receive nothing: drops each message when it arrives, counted in `client.stats`, so
   * that the connection is never paused and notices its end. `receive` and iteration then wait until the
   * connection ends. Default: false.
   */
  readonly discardIncoming?: boolean | undefined;
  /** `send` waits while this many bytes have not left. Default: 256 KiB. 1 B to 1 GiB. */
  readonly sendHighWaterMark?: number | undefined;
  /** Aborts policy and dial (`ABORTED`); it never ends an open connection. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Asked in addition to the context's policy: both must allow. Default: none. */
  readonly policy?: Policy | undefined;
  /** Handed to the policies with each request. Default: none. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Finds a dead peer, and keeps a live one from taking this side for dead: sends a ping, or where there
   * are no ping frames `keepAlive.message`, after each `interval` in which nothing arrived or nothing was
   * sent. `KEEPALIVE_TIMEOUT` ends the connection when nothing at all arrives for `timeout` after the ping
   * has left. Progress of waiting bytes counts as life as well; use `writeTimeout` to detect a peer that
   * has stopped reading. It stands still while the socket is paused for a slow consumer. After a sleep of
   * this process it pings at once. Default: off. `false`: off, whatever the defaults of the context.
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /**
   * `"auto"` pauses the socket of a slow consumer in Node; in a browser, whose `WebSocket` cannot be
   * paused, it is as `"buffer"`: nothing is paused, and only `bufferLimit` bounds what waits. `"stream"`
   * uses `WebSocketStream` in place of `WebSocket` where a browser has it, and pauses that; elsewhere it
   * is as `"auto"`. Its price, in Chromium: when the peer closes while the stream is paused, what the
   * browser holds is lost, and the end is `CONNECTION_LOST`; a connection that is cut while a large send
   * waits crashes the page; and `writeTimeout` and `closeTimeout` see progress message by message.
   * Default: `"auto"`.
   */
  readonly backpressure?: "auto" | "buffer" | "stream" | undefined;
  /**
   * A W3C `WebSocket` class to use in place of the platform's: it can do what a browser's can, and the
   * options a browser cannot honour are `UNSUPPORTED` with it. Default: the platform's.
   */
  readonly webSocket?: WebSocketClass | undefined;
  /** Options for Node alone. Default: none. Elsewhere `UNSUPPORTED`. */
  readonly node?: NodeOptions | undefined;
  /**
   * Decodes what arrives and encodes what is sent, and gives both their types: see `wschan/codec`. A
   * message of `keepAlive` goes out as it is. Default: none.
   */
  readonly codec?: C | undefined;
}

/** Options of `connect`, checked, complete and copied. */
export interface ParsedOptions extends DialOptions {
  readonly dialTimeout: number;
  readonly channelCapacity: number;
  readonly bufferLimit: number;
  readonly sendHighWaterMark: number;
  readonly discardIncoming: boolean | undefined;
  readonly keepAlive: ParsedKeepAlive | false | undefined;
  readonly signal: AbortSignal | undefined;
  readonly policy: Policy | undefined;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  readonly codec: AnyCodec | undefined;
}

/** What an option is when it is not given. Those that are not here are off, or none. */
export const DEFAULTS: ConnectOptions = {
  headers: {},
  protocols: [],
  dialTimeout: 30_000,
  closeTimeout: 5_000,
  compression: 0,
  compressionThreshold: 512,
  readLimit: 16_777_216,
  channelCapacity: 32,
  bufferLimit: 67_108_864,
  sendHighWaterMark: 262_144,
  backpressure: "auto",
  node: {},
};

/** Checks an option and copies it; `undefined` stands for the default. */
export type Parser = (value: unknown, name: string) => unknown;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 section 5.5: no control characters but the tab; Latin-1, as Node's HTTP writes it. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that make the request what it is. */
const OWN_HEADER =
  /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;

/** The ways to name a mode of compression: by number, and in the same order by name. */
const MODES: readonly unknown[] = [0, 1, 2, "disabled", "context_takeover", "no_context_takeover"];

/**
 * Checks and copies the options of `connect`, on top of others that were: what is left out, or means the
 * default, is as it is there. What it returns passes again.
 */
export function parseOptions<Base extends object>(
  base: Base,
  given: ConnectOptions,
  { parsers }: Pick<Platform, "parsers">,
  where = "connect",
): Base & ConnectOptions {
  return { ...base, ...parseBy({ ...PARSERS, ...parsers }, given, where) };
}

/** Checks and copies options by their parsers; one that means the default is left out. */
export function parseBy(
  parsers: Readonly<Record<string, Parser>>,
  given: object,
  where: string,
): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(pickKnown(where, given, Object.keys(parsers)))) {
    const option = parsers[name]?.(value, `${where}: option ${name}`);
    if (option !== undefined) parsed[name] = option;
  }
  return parsed;
}

/**
 * Makes a parser that returns the value if `accepts` is true for it, and throws `INVALID_OPTION`
 * otherwise.
 */
export const must =
  (accepts: (value: unknown) => unknown, wanted: string): Parser =>
  (value, name) => {
    if (!accepts(value)) throw invalid(name, wanted, value);
    return value;
  };

export const duration: Parser = (value, name) =>
  durationOf(name, value, 2_147_483_647, "INVALID_OPTION") || undefined;

export const integer = (min: number, max: number): Parser =>
  must(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `an integer from ${min} to ${max}`,
  );

/** Of a limit, as of a duration, 0 stands for the default. */
const limit =
  (min: number, max: number): Parser =>
  (value, name) =>
    value === 0 ? undefined : integer(min, max)(value, name);

export const object: Parser = (value, name) => {
  if (!isObject(value)) throw invalid(name, "an object", value);
  return Object.freeze({ ...value });
};

export const abortSignal: Parser = /* @__PURE__ */ must(isSignal, "an AbortSignal");

export const callable: Parser = /* @__PURE__ */ must(
  (value) => typeof value === "function",
  "a function",
);

export const oneOf = (...values: readonly unknown[]): Parser =>
  must((value) => values.includes(value), values.map(quote).join(", "));

/** Refuses what the platform, or this version, cannot do. */
export const refused =
  (why: string): Parser =>
  (_, name) => {
    throw new WsError("UNSUPPORTED", `${name} ${why}`);
  };

/** Stands for what a platform may bring. */
export const notHere = (wayOut: string): Parser =>
  refused(`cannot be used in a browser, or with option webSocket: ${wayOut}`);

/** By what each option is checked and copied. */
export const PARSERS: Readonly<Record<keyof ConnectOptions, Parser>> = {
  headers: /* @__PURE__ */ notHere("use a subprotocol, the query or a cookie"),
  protocols(value, name) {
    const list: readonly unknown[] = [value].flat();
    for (const [index, token] of list.entries()) {
      const isToken = typeof token === "string" && TOKEN.test(token);
      if (!isToken || list.indexOf(token) < index) {
        throw invalid(`${name}[${index}]`, "a token unlike the others (RFC 6455 4.1)", token);
      }
    }
    return list;
  },
  dialTimeout: duration,
  readTimeout: duration,
  writeTimeout: duration,
  closeTimeout: duration,
  compression: (value, name) => MODES.indexOf(oneOf(...MODES)(value, name)) % 3,
  compressionThreshold: /* @__PURE__ */ integer(0, 104_857_600),
  readLimit: /* @__PURE__ */ limit(1, 134_217_728),
  channelCapacity: /* @__PURE__ */ integer(1, 10_000),
  bufferLimit: /* @__PURE__ */ limit(65_536, 1_073_741_824),
  discardIncoming: /* @__PURE__ */ oneOf(false, true),
  sendHighWaterMark: /* @__PURE__ */ integer(1, 1_073_741_824),
  signal: abortSignal,
  policy: callable,
  meta: object,
  keepAlive(value, name) {
    const settings = parseKeepAlive(value, name);
    if (!settings || settings.message) return settings;
    throw new WsError(
      "UNSUPPORTED",
      `${name} needs keepAlive.message where there are no ping frames`,
    );
  },
  backpressure: /* @__PURE__ */ oneOf("auto", "buffer", "stream"),
  webSocket: callable,
  node: /* @__PURE__ */ notHere("leave it out there"),
  codec: /* @__PURE__ */ must(
    (value) => typeof (value as Partial<Codec> | null)?.decoder === "function",
    "a codec",
  ),
};

function parseKeepAlive(value: unknown, name: string): ParsedKeepAlive | false {
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

/** The parsers that only Node has: a bundle for browsers has no use for them. */
export const nodeParsers: Readonly<Record<string, Parser>> = {
  keepAlive: parseKeepAlive,
  headers(value) {
    if (!isObject(value)) {
      const what = typeof value === "string" ? "a string" : show(value);
      throw invalidHeaders(`must be an object of strings, or Headers, not ${what}`);
    }
    return parseHeaders(
      typeof (value as Partial<Headers>)[Symbol.iterator] === "function"
        ? [...(value as unknown as Headers)]
        : Object.entries(value),
    );
  },
  node(value) {
    const options: Record<string, unknown> = {};
    const given = pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
    for (const [key, item] of Object.entries(given)) {
      options[key] = NODE_PARSERS[key as keyof NodeOptions](item, `connect: option node.${key}`);
    }
    return options;
  },
};

const tls: Parser = (value, name) => {
  // Node takes an `undefined` that is given for a value of its own, even in place of a function.
  const given = pickKnown(name, value, Object.keys(Object(value) as object));
  for (const callback of ["checkServerIdentity", "pskCallback"]) {
    if (callback in given) callable(given[callback], `${name}.${callback}`);
  }
  return Object.freeze(given);
};

const string: Parser = /* @__PURE__ */ must(
  (value) => typeof value === "string" && value !== "" && HEADER_VALUE.test(value),
  "a string of printable characters",
);

const NODE_PARSERS: Readonly<Record<keyof NodeOptions, Parser>> = {
  // Not copied: an agent is a pool with an identity.
  agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
  tls,
  lookup: callable,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  autoSelectFamily: /* @__PURE__ */ oneOf(false, true),
  autoSelectFamilyAttemptTimeout: duration,
  maxHeaderSize: /* @__PURE__ */ limit(1, 1_048_576),
  localAddress: string,
  origin: string,
  followRedirects: /* @__PURE__ */ oneOf(false, true),
  binaryViews: /* @__PURE__ */ oneOf(false, true),
  maxRedirects: /* @__PURE__ */ integer(0, 20),
};

function parseHeaders(entries: readonly unknown[]): Record<string, string> {
  const headers = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    // An iterable need not hold pairs.
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (typeof name !== "string" || !TOKEN.test(name)) {
      // It may be a whole line, with its value.
      throw invalidHeaders(`the name of header ${index + 1} must be a token, not ${show(name)}`);
    }
    if (OWN_HEADER.test(name)) {
      throw invalidHeaders(`the handshake sets ${name} itself: ${insteadOf(name)}`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(`${name} is given twice`);
    if (typeof value !== "string" || !HEADER_VALUE.test(value)) {
      throw invalidHeaders(`the value of ${name} must be a string of printable characters`);
    }
    seen.add(name.toLowerCase());
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

/** Names what to use in place of a header that the handshake sets. */
function insteadOf(name: string): string {
  return INSTEAD[name.toLowerCase()] ?? "leave it out";
}

const INSTEAD: Readonly<Record<string, string>> = {
  host: "put the host into the URL, and let option node.lookup return the address to dial",
  origin: "use option node.origin",
  "sec-websocket-extensions": "use option compression",
  "sec-websocket-protocol": "use option protocols",
};

/** Makes the error of a header. No message shows a header's value, which may be a secret. */
function invalidHeaders(problem: string): WsError {
  return new WsError("INVALID_OPTION", `connect: option headers: ${problem}`);
}
