/**
 * The line between the core and a platform's WebSocket. A transport moves messages and tells what
 * happened; deadlines, limits of waiting bytes, close-code rules and errors' timing are the core's.
 * Types only.
 */
import type { CompressionMode } from "./constants.js";
import type { WsError } from "./errors.js";
import type { Message } from "./message.js";

/** How a slow consumer is answered: see {@link Client.backpressure}. */
export type Backpressure = "socket" | "stream" | "buffer";

/** The HTTP response that opened a connection. Node alone can see it. */
export interface Handshake {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The backlog of the consumer. 0: none; 1: its channel is full; 2: so much is unread that even a pong
 * that is awaited is no reason to read on.
 */
export type Pressure = 0 | 1 | 2;

/** An open connection, as the core drives it. */
export interface Transport {
  /** The subprotocol the server picked; `""` for none. */
  readonly protocol: string;
  /** The extensions the server accepted, as it wrote them; `""` for none. */
  readonly extensions: string;
  /** The mode of permessage-deflate that is in force in both directions. */
  readonly compression: CompressionMode;
  readonly handshake?: Handshake | undefined;
  /** `"buffer"`: it is never paused, be it that it cannot be or that option `backpressure` says so. */
  readonly backpressure: Backpressure;
  /** Bytes that wait to be handed to the operating system; `undefined` where the platform hides it. */
  readonly bufferedAmount: number | undefined;
  /** Bytes that the operating system has accepted and the peer's has not, where it can be told. */
  readonly unsent?: number;
  /** Counts what was handed to `send` and `ping`, in a unit of the transport's own. */
  readonly taken: number;
  /** How much of `taken` the operating system has. Stands still once the connection has ended. */
  readonly written: number;
  /** Changes whenever the operating system has taken bytes; NaN while none wait for the peer. */
  readonly progress: number;
  /** Changes whenever bytes came or went; NaN while a message is half received. Where it can be told. */
  readonly life?: number;
  /** How many bytes have come, where it can be told. */
  readonly received?: number | undefined;
  /** How often reading has really been paused. */
  readonly timesPaused: number;
  /** Takes over one message, in call order. Returns its payload in bytes; -1: it takes no more. */
  send(data: string | Uint8Array): number;
  /**
   * Sends a ping frame, where the platform has them. `done` gets the round trip in milliseconds, from
   * the flushed ping, when its pong or a later one's arrives; NaN when the connection has ended. Returns
   * what gives it up.
   */
  ping?(done: (roundTrip: number) => void): () => void;
  /** Prints a warning for the developer, where the platform has a way of its own. Otherwise: `console.warn`. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Stops or continues reading, where the platform can. */
  pause(pressure: Pressure): void;
  /** Sends a close frame, then ends as the peer answers. */
  close(code: number, reason: string): void;
  /** Ends at once, and tells by `onEnd`, with the code of the peer's close frame if that had come. */
  cut(): void;
  /**
   * Ends at once, without callbacks; with a close frame if one fits, but for code 1006: that is none.
   * Returns the code that goes out: browsers may send but few.
   */
  terminate(code: number): number | undefined;
}

/** What a transport tells the core. Nothing is told after `onEnd`. */
export interface TransportHandler {
  /** A whole message arrived; `size` is its payload in bytes. */
  onMessage(message: Message, size: number): void;
  /** `written` or `bufferedAmount` may have changed. */
  onProgress(): void;
  /** The peer broke a rule or a limit: nothing more can be received. `closeCode` is to tell it why. */
  onError(error: WsError, closeCode: number): void;
  /** The peer has begun to close: nothing more can be sent. */
  onClosing(): void;
  onEnd(end: TransportEnd): void;
}

/** How a connection ended, as the transport saw it. */
export interface TransportEnd {
  /** The code of the peer's close frame; 1005: it had none; 1006: there was no close frame. */
  readonly code: number;
  readonly reason: string;
  /** What broke it, where the platform tells. */
  readonly cause?: unknown;
  /** The code that `close` sent, or would have: none if the peer's own came first, without a code. */
  readonly sentCode?: number | undefined;
}

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

/** Options for Node alone, handed to the dial. */
export interface NodeOptions {
  /** An `http.Agent` or `https.Agent`, for proxies and pools. */
  readonly agent?: object;
  /**
   * Options of `tls.connect`: `ca`, `cert`, `key`, `rejectUnauthorized`, `servername`, ... If a
   * `checkServerIdentity` or `pskCallback` throws, the dial is `DIAL_FAILED`, not retryable, and nothing
   * has been sent, whatever `rejectUnauthorized` says.
   */
  readonly tls?: Readonly<Record<string, unknown>>;
  /**
   * Resolves host names in place of `dns.lookup`, with its signature. It may answer at once or later,
   * with one address or a list. An answer without an IP address of the `family` is `DIAL_FAILED`.
   */
  // `never[]`: any function fits, and users need no `@types/node` to read this.
  readonly lookup?: (...args: never[]) => void;
  /** The address family to dial: 4, 6, or 0 for both. */
  readonly family?: 0 | 4 | 6;
  /**
   * Tries the addresses of a host name one after the other, IPv6 and IPv4 by turns, as `net.connect`
   * does. Default: Node's, which is true.
   */
  readonly autoSelectFamily?: boolean;
  /**
   * The longest time for one address, if another one follows: milliseconds or a Go duration. Default: a
   * third of what is left of `dialTimeout`, at least 250 ms. At most 2^31-1 ms. 0: the default. Node takes
   * less than 10 ms for 10 ms.
   */
  readonly autoSelectFamilyAttemptTimeout?: number | string;
  /**
   * The largest header of the answer to the handshake, in bytes: names, values and status text. A larger
   * one is `HANDSHAKE_REJECTED`. Default: 64 KiB. At most 1 MiB. 0: the default.
   */
  readonly maxHeaderSize?: number;
  /** The local address to dial from. */
  readonly localAddress?: string;
  /** The `Origin` header. */
  readonly origin?: string;
  /**
   * True to follow redirects. To another origin travel no headers, credentials, origin, client
   * certificates or server name of yours; with `protocols` such a redirect is `URL_FORBIDDEN`, and so is
   * one from `wss:` to `ws:`. Default: false.
   */
  readonly followRedirects?: boolean;
  /** The largest number of redirects to follow, 0 to 20. Default: 5. */
  readonly maxRedirects?: number;
  /**
   * Whether the data of a binary message may be a view on the socket's buffer instead of a copy that owns its
   * buffer. It is faster for small messages, but a message that is kept keeps up to 64 KiB alive, and its
   * `data.buffer` must be neither changed nor transferred: other messages share it. Default: false.
   */
  readonly binaryViews?: boolean;
}

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
