import type { EventType, Observer } from "./connection-event.js";
import type { CompressionMode } from "./constants.js";
import type { NodeOptions } from "./node-options.js";
import type { Transport, TransportHandler } from "./transport.js";
import type { UrlRules } from "./url.js";

/** The options of `connect` that a dial uses, validated and with defaults. */
export interface DialOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  readonly compression: CompressionMode;
  readonly compressionThreshold: number;
  readonly readLimit: number;
  /** In milliseconds. */
  readonly closeTimeout: number;
  /** In milliseconds; `undefined` for none. */
  readonly readTimeout: number | undefined;
  /** In milliseconds; `undefined` for none. */
  readonly writeTimeout: number | undefined;
  readonly backpressure: "auto" | "buffer" | "stream";
  readonly webSocket: WebSocketClass | undefined;
  readonly node: NodeOptions;
}

/** A class with the interface of the W3C `WebSocket`, for option `webSocket`. */
export type WebSocketClass = new (url: string, protocols?: string[]) => object;

/** One attempt to connect. */
export interface DialRequest {
  readonly url: URL;
  readonly options: DialOptions;
  /**
   * Aborts the attempt. After `dialTimeout` its reason is a `WsError`, with which the dial rejects unless
   * there is a more specific error.
   */
  readonly signal: AbortSignal;
  /** The end of `dialTimeout`, as a time of `performance.now()` in milliseconds. */
  readonly due: number;
  /** Asks the policies about the target of a redirect. Rejects if one does not allow it. */
  readonly authorize: (url: URL) => Promise<void>;
  /** Called once when the connection opens, in the same turn, before a message is delivered. */
  readonly open: (transport: Transport, url: URL) => TransportHandler;
}

/** Opens a connection. Calls `request.open` and resolves, or rejects with a `WsError`. */
export type Dial = (request: DialRequest) => Promise<void>;

/** A way to open connections, and its capabilities. */
export interface Platform extends UrlRules {
  readonly dial: Dial;
  /** True if it uses no network, so that option `denyPrivateNetworks` has nothing to check. */
  readonly isInMemory?: boolean;
  /** Returns the observer with which the platform publishes events of this type, if anything listens to them. */
  readonly observerOf?: ((type: EventType) => Observer | undefined) | undefined;
  /**
   * Parsers of the options that only some platforms support, by option name. An option of this kind is
   * `UNSUPPORTED` if the platform has no parser for it.
   */
  readonly parsers?: PlatformParsers;
  /**
   * The same for options of `createContext`. That of `denyPrivateNetworks` returns a guarded {@link Dial}.
   */
  readonly contextParsers?: PlatformParsers;
}

/** Returns the platform to use with this value of option `webSocket`. */
export type PlatformFor = (webSocket: WebSocketClass | undefined) => Platform;

/** Functions that validate the value of an option and return a copy, or throw a `WsError`. */
export type PlatformParsers = Readonly<Record<string, (value: unknown, name: string) => unknown>>;
