// The build puts these declarations at the top of the published types. With them the types need neither the DOM
// library nor @types/node, and TypeScript 5.0 can read them.

// These interfaces merge with those of the libraries that a program uses. They are empty, so they cannot conflict.
declare global {
  interface AbortSignal {}
  interface Blob {}
  interface Event {}
  interface EventTarget {}
  interface Headers {}
  interface URL {}
  // Declarations merge only if their type parameters are the same.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  interface ReadableStream<R = any> {}
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  interface WritableStream<W = any> {}
}

/** The type that a library declares; without one, the members that this package needs. */
type Declared<T, Needed> = {} extends T ? Needed : T;

type AbortSignal = Declared<
  globalThis.AbortSignal,
  {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
>;

type Blob = Declared<
  globalThis.Blob,
  {
    readonly size: number;
    readonly type: string;
    arrayBuffer(): Promise<ArrayBuffer>;
    text(): Promise<string>;
  }
>;

type Event = Declared<globalThis.Event, { readonly type: string }>;

type EventTarget = Declared<
  globalThis.EventTarget,
  {
    /** Calls the listeners of an event. Returns false if one of them has canceled it. */
    dispatchEvent(event: Event): boolean;
  }
>;

type Headers = Declared<globalThis.Headers, Iterable<[name: string, value: string]>>;

type URL = Declared<
  globalThis.URL,
  {
    readonly href: string;
    readonly protocol: string;
    readonly host: string;
    readonly hostname: string;
    readonly port: string;
    readonly pathname: string;
    readonly search: string;
  }
>;

type ReadableStream<R> = Declared<
  globalThis.ReadableStream<R>,
  {
    readonly locked: boolean;
    cancel(reason?: unknown): Promise<void>;
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value: R | undefined }>;
      cancel(reason?: unknown): Promise<void>;
      releaseLock(): void;
    };
  }
>;

type WritableStream<W> = Declared<
  globalThis.WritableStream<W>,
  {
    readonly locked: boolean;
    abort(reason?: unknown): Promise<void>;
    close(): Promise<void>;
    getWriter(): {
      readonly ready: Promise<unknown>;
      write(chunk: W): Promise<void>;
      close(): Promise<void>;
      abort(reason?: unknown): Promise<void>;
      releaseLock(): void;
    };
  }
>;

/** The global type has a second type parameter only since TypeScript 5.6. */
interface AsyncIterableIterator<T, Return> extends AsyncIterator<T, Return> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T, Return>;
}

export {};

import { WsError, ConnectOptions, Context, Client } from 'wschan';
import { Fresh, ReconnectOptions, ReconnectingClient } from 'wschan/reconnect';

/** The platform's `MessageEvent`, if the types that a program uses declare it. */
type PlatformMessageEvent = typeof globalThis extends {
    MessageEvent: {
        prototype: infer E extends Event;
    };
} ? E : Event;
/** A `message` event. */
interface SocketMessageEvent extends PlatformMessageEvent {
    /** A string for a text message; for a binary one, a `Blob` or `ArrayBuffer`, as `binaryType` says. */
    readonly data: string | ArrayBuffer | Blob;
    /** The origin of the URL, such as `wss://example.com`. */
    readonly origin: string;
}
/** An `error` event. A `close` event follows it, unless it reports a message that was not sent. */
interface SocketErrorEvent extends Event {
    /**
     * The failure that ended the connection, or the reason why a message was not sent. Browsers' own sockets do not
     * expose it.
     */
    readonly error: WsError;
    /** The message of `error`. */
    readonly message: string;
    /**
     * The code of the `close` event that follows, if one does. Some libraries, such as graphql-ws, retry only after an
     * event that has `code` and `reason`.
     */
    readonly code?: number;
    /** The reason of the `close` event that follows, if one does. */
    readonly reason?: string;
    /** The `wasClean` of the `close` event that follows, if one does. */
    readonly wasClean?: boolean;
}
/** A `close` event. */
interface SocketCloseEvent extends Event {
    /** The code of the peer's close frame: 1005 if it has none, 1006 if there was no close frame. */
    readonly code: number;
    /** The reason in the peer's close frame; `""` for none. */
    readonly reason: string;
    /** True if both close frames were exchanged and everything that was sent has left. */
    readonly wasClean: boolean;
}
/** The events by type. */
interface SocketEventMap {
    readonly open: Event;
    readonly message: SocketMessageEvent;
    readonly error: SocketErrorEvent;
    readonly close: SocketCloseEvent;
}
/** The value of an `on...` attribute; `null`: none. */
type SocketEventHandler<E> = ((event: E) => unknown) | null;
/** A listener for `addEventListener`: a function, or an object with `handleEvent`. */
type SocketEventListener<E> = ((event: E) => unknown) | {
    handleEvent(event: E): unknown;
} | null;
/** Options of `addEventListener`. */
interface ListenerOptions {
    /** True to remove the listener after its first call. Default: false. */
    readonly once?: boolean;
    /** Removes the listener when it aborts. Default: none. */
    readonly signal?: AbortSignal;
    /** Accepted; has no effect, because the events cannot be canceled. Default: false. */
    readonly passive?: boolean;
    /** Distinguishes two registrations of the same listener. Default: false. */
    readonly capture?: boolean;
}
/** The members that {@link WebSocket} and {@link ReconnectingWebSocket} share. */
interface Socket extends EventTarget {
    readonly CONNECTING: 0;
    readonly OPEN: 1;
    readonly CLOSING: 2;
    readonly CLOSED: 3;
    /** The state: `CONNECTING` (0), `OPEN` (1), `CLOSING` (2) or `CLOSED` (3). */
    readonly readyState: 0 | 1 | 2 | 3;
    /** The subprotocol that the server selected; `""` for none, and before a connection has opened. */
    readonly protocol: string;
    /** The extensions that the server accepted; `""` for none, and before a connection has opened. */
    readonly extensions: string;
    /**
     * The type of `data` in binary messages. Default: `"blob"`. Other values are ignored. A `Blob` can only be
     * read asynchronously, so most programs set `"arraybuffer"`.
     */
    binaryType: "blob" | "arraybuffer";
    /** Called when a connection has opened. */
    onopen: SocketEventHandler<Event>;
    /** Called with each message. */
    onmessage: SocketEventHandler<SocketMessageEvent>;
    /**
     * Called when a connection has failed, before `onclose`. `ReconnectingWebSocket` also calls it when a
     * message does not fit into the queue, expires in it, or is a `Blob` that cannot be read.
     */
    get onerror(): SocketEventHandler<Event>;
    set onerror(handler: SocketEventHandler<SocketErrorEvent>);
    /** Called when a connection has ended. */
    onclose: SocketEventHandler<SocketCloseEvent>;
    /** Adds a listener for a type of event. An exception that it throws becomes an uncaught exception. */
    addEventListener<K extends keyof SocketEventMap>(type: K, listener: SocketEventListener<SocketEventMap[K]>, options?: boolean | ListenerOptions): void;
    /** Adds a listener for events that you dispatch yourself. */
    addEventListener(type: string, listener: SocketEventListener<Event>, options?: boolean | ListenerOptions): void;
    /** Removes a listener. */
    removeEventListener<K extends keyof SocketEventMap>(type: K, listener: SocketEventListener<SocketEventMap[K]>, options?: boolean | Pick<ListenerOptions, "capture">): void;
    /** Removes a listener for events that you dispatch yourself. */
    removeEventListener(type: string, listener: SocketEventListener<Event>, options?: boolean | Pick<ListenerOptions, "capture">): void;
}
/** The constants of a class. */
interface SocketConstants {
    readonly CONNECTING: 0;
    readonly OPEN: 1;
    readonly CLOSING: 2;
    readonly CLOSED: 3;
}
/** Options of {@link WebSocket}: those of `connect` except `codec`, and `context`. */
interface WebSocketOptions extends Omit<ConnectOptions, "codec"> {
    /** Context whose policy and defaults apply. Closing it closes the connection. Default: none. */
    readonly context?: Context | undefined;
}
/**
 * A W3C WebSocket (WHATWG WebSockets) over a {@link Client}, with its limits, deadlines and policies.
 *
 * Messages are dispatched as they arrive: an async listener does not slow the server down. If a slow
 * consumer has to, use `connect` and its channel.
 */
interface WebSocket$1 extends Socket {
    /** The URL as it is dialled, without the fragment. */
    readonly url: string;
    /**
     * Bytes that were passed to `send` and have not left yet. In state `CLOSING` or `CLOSED`, `send` still
     * increases it, as the standard requires.
     */
    readonly bufferedAmount: number;
    /** The client of the connection, once it is open: for members such as `ping()` and the property `stats`. */
    readonly client: Client | undefined;
    /**
     * Sends a message. Messages leave in call order, a `Blob` included. Returns before the message has left: see
     * `bufferedAmount`. In state `CLOSING` or `CLOSED` the message is discarded, as the standard demands.
     *
     * Throws `InvalidStateError` in state `CONNECTING`.
     *
     * @param data A string, `ArrayBuffer`, view or `Blob`. Anything else is converted to a string.
     */
    send(data: string | ArrayBuffer | ArrayBufferView | Blob): void;
    /**
     * Closes the connection; in state `CONNECTING`, cancels the dial. Messages that arrive afterwards are
     * discarded.
     *
     * Throws `InvalidAccessError` for any other code than those below, and `SyntaxError` for a reason that is too long.
     *
     * @param code 1000 or 3000-4999. Without it, the close frame has no code (1005 for the peer).
     * @param reason At most 123 bytes of UTF-8. Default: `""`.
     */
    close(code?: number, reason?: string): void;
}
/** The class {@link WebSocket}. */
interface WebSocketConstructor extends SocketConstants {
    /**
     * Opens a connection. The policy is evaluated first.
     *
     * Throws `SyntaxError` for an invalid URL or subprotocol, and a `WsError` for an option (`INVALID_OPTION`,
     * `UNSUPPORTED`). Any other failure is an `error` event, whose `error` is a `WsError`, and then a `close` event.
     *
     * @param url Same as for `connect`.
     * @param protocols Subprotocols to offer. Default: option `protocols`.
     * @param options See {@link WebSocketOptions}.
     */
    new (url: string | URL, protocols?: string | readonly string[], options?: WebSocketOptions): WebSocket$1;
    readonly prototype: WebSocket$1;
}
/** The type of `webSocketClass`. */
interface WebSocketClassFactory {
    /**
     * Returns a subclass of {@link WebSocket} with preset options, for a library that constructs the class itself.
     * Options that the library passes replace them; `headers` are merged by name.
     *
     * ```ts
     * const client = createClient({ url, webSocketImpl: webSocketClass({ headers: { authorization } }) });
     * ```
     *
     * @param options See {@link WebSocketOptions}. They are validated by the constructor.
     */
    (options: WebSocketOptions): WebSocketConstructor;
}
/**
 * Options of {@link ReconnectingWebSocket}: those of `reconnecting` except `codec`, `marker` and
 * `discardIncoming`. Two defaults differ. `maxAttempts` has no limit. Without `shouldRetry`, or if it returns
 * `undefined`, the socket reconnects after every end and every failed attempt, unless a policy denied the
 * connection or its URL.
 */
interface ReconnectingWebSocketOptions extends Omit<ReconnectOptions, "codec" | "marker" | "discardIncoming"> {
}
/** A value, or a function that is called for each attempt and returns it. */
type SocketUrl = Fresh<string | URL>;
/** Subprotocols, or a function that is called for each attempt and returns them. `null`: none. */
type SocketProtocols = Fresh<string | readonly string[] | null | undefined>;
/**
 * A WebSocket that opens a new connection when one is lost, with the members of the class in the packages
 * `reconnecting-websocket` and `partysocket`. The events `open` and `close` fire for each connection, and `error`
 * and `close` for each failed attempt.
 */
interface ReconnectingWebSocket$1 extends Socket {
    /** The URL of the current connection, or of the last one; `""` before the first has opened. */
    readonly url: string;
    /** Bytes that wait in the queue for a connection, and those that were sent and have not left yet. */
    readonly bufferedAmount: number;
    /**
     * The number of retries since the last stable connection (see `stableAfter`), including one that is due after the
     * current pause. The failure after which it gives up is not counted.
     */
    readonly retryCount: number;
    /** True until `close()`, or until it has given up. */
    readonly shouldReconnect: boolean;
    /** The reconnecting client, for its queue, status and statistics. `reconnect()` may replace it. */
    readonly client: ReconnectingClient;
    /**
     * Sends a message: at once if a connection is open, otherwise as soon as one opens. After `close()` it waits for
     * `reconnect()`. Returns nothing: if the queue is full, an `error` event has the `WsError` `QUEUE_FULL`.
     *
     * @param data A string, `ArrayBuffer`, view or `Blob`. Anything else is converted to a string.
     */
    send(data: string | ArrayBuffer | ArrayBufferView | Blob): void;
    /**
     * Sends the queued messages over the open connection, closes it, and stops reconnecting. If no connection is
     * open, the queue is kept: `reconnect()` revives the socket.
     *
     * Throws `InvalidAccessError` for any other code than those below, and `SyntaxError` for a reason that is too long.
     *
     * @param code 1000 or 3000-4999. Default: 1000.
     * @param reason At most 123 bytes of UTF-8. Default: `""`.
     */
    close(code?: number, reason?: string): void;
    /**
     * Connects now: replaces an open connection, cancels an attempt, ends a pause early, or revives the socket after
     * its end.
     *
     * An open connection is closed with `code` and `reason`. Its `close` event does not wait for the server's
     * answer. Messages that it receives after this call are discarded.
     *
     * @param code Same as for `close`.
     * @param reason Same as for `close`.
     */
    reconnect(code?: number, reason?: string): void;
}
/** The class {@link ReconnectingWebSocket}. */
interface ReconnectingWebSocketConstructor extends SocketConstants {
    /**
     * Opens the first connection at once.
     *
     * Throws `SyntaxError` for an invalid URL or subprotocol, and a `WsError` for an option (`INVALID_OPTION`,
     * `UNSUPPORTED`).
     *
     * @param url Same as for `connect`, or a function that is called for each attempt and returns it.
     * @param protocols Subprotocols to offer, or a function that is called for each attempt and returns them.
     * Default: option `protocols`.
     * @param options See {@link ReconnectingWebSocketOptions}.
     */
    new (url: SocketUrl, protocols?: SocketProtocols, options?: ReconnectingWebSocketOptions): ReconnectingWebSocket$1;
    readonly prototype: ReconnectingWebSocket$1;
}

declare const WebSocket: WebSocketConstructor;
type WebSocket = WebSocket$1;
declare const webSocketClass: WebSocketClassFactory;
declare const ReconnectingWebSocket: ReconnectingWebSocketConstructor;
type ReconnectingWebSocket = ReconnectingWebSocket$1;

export { ReconnectingWebSocket, WebSocket, webSocketClass };
export type { ListenerOptions, ReconnectingWebSocketConstructor, ReconnectingWebSocketOptions, Socket, SocketCloseEvent, SocketConstants, SocketErrorEvent, SocketEventHandler, SocketEventListener, SocketEventMap, SocketMessageEvent, SocketProtocols, SocketUrl, WebSocketClassFactory, WebSocketConstructor, WebSocketOptions };
