import type { CompressionMode } from "./constants.js";
import type { NodeOptions } from "./node-options.js";
import type { Transport, TransportHandler } from "./transport.js";

/** What a dial needs of the options of `connect`. */
export interface DialOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  readonly compression: CompressionMode;
  readonly compressionThreshold: number;
  readonly readLimit: number;
  /** In milliseconds. */
  readonly closeTimeout: number;
  readonly readTimeout: number | undefined;
  readonly writeTimeout: number | undefined;
  readonly backpressure: "auto" | "buffer" | "stream";
  readonly webSocket: WebSocketClass | undefined;
  readonly node: NodeOptions;
}

/** A W3C `WebSocket` class. */
export type WebSocketClass = new (url: string, protocols?: string[]) => object;

/** One attempt to connect. */
export interface DialRequest {
  readonly url: URL;
  readonly options: DialOptions;
  /** Aborts the attempt. If its time is up, its reason is the `WsError` to fail with for want of a better. */
  readonly signal: AbortSignal;
  /** When `dialTimeout` is up, by `performance.now()`. */
  readonly due: number;
  /** Asks the policy about the target of a redirect; rejects if it refuses. */
  readonly authorize: (url: URL) => Promise<void>;
  /** Called once, in the turn in which the connection opened, before anything is received. */
  readonly open: (transport: Transport, url: URL) => TransportHandler;
}

/** Opens a connection: calls `request.open` and resolves, or rejects with a `WsError`. */
export type Dial = (request: DialRequest) => Promise<void>;

/** What a platform can do with a URL, for those it has to refuse: see `parseUrl`. */
export interface Capabilities {
  /** Whether it sends credentials in the URL. */
  readonly credentials: boolean;
  /** Says what is wrong with a URL that is neither `ws:` nor `wss:`; absent where there are no others. */
  readonly unix?: (url: URL) => string | undefined;
  /** What relative URLs resolve against: the page's URL. */
  readonly base: string | undefined;
}

/** A way to open connections, and what it can do. */
export interface Platform extends Capabilities {
  readonly dial: Dial;
  /**
   * What checks and copies the options that only some platforms have, by name: each returns a copy or
   * throws a `WsError`. Where they are not here, such options are `UNSUPPORTED`.
   */
  readonly parsers?: PlatformParsers;
  /** The same for the options of `createContext`: `denyPrivateNetworks`, of which it makes a {@link Dial}. */
  readonly contextParsers?: PlatformParsers;
}

/** The platform that serves this option `webSocket`. */
export type PlatformFor = (webSocket: WebSocketClass | undefined) => Platform;

export type PlatformParsers = Readonly<Record<string, (value: unknown, name: string) => unknown>>;
