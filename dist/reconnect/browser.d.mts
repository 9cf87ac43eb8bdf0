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

import { LostReason, WsError, Duration, AnyCodec, Codec, ConnectOptions, KeepAliveOptions, Context, Client, Decoded, Encoded, SendOptions as SendOptions$1, Message, Data, ClientLike, CloseInfo, ReceiveChannel, WaitOptions, ReceiveResult, MessagesOptions, PingOptions } from 'wschan';
export { type LostReason } from 'wschan';

/** A message that, as far as the client can know, was not sent. */
interface LostMessage {
    /** The payload, after encoding by a codec. Bytes are a copy. */
    readonly data: string | Uint8Array;
    /** `TEXT` (1) or `BINARY` (2). */
    readonly type: 1 | 2;
    /** Option `key` of the message. */
    readonly key: string | undefined;
    /**
     * `"unflushed"`: a connection accepted the message and ended before the message was known to have left;
     * it may have arrived. `"expired"`: its `ttl` had passed. `"dropped"`: it did not fit into the queue, was
     * dropped by `"drop-oldest"`, or `queue.clear()` was called. `"closed"`: it was queued when the client
     * ended.
     */
    readonly reason: LostReason;
}
/** The queue of messages that wait for a connection. */
interface OfflineQueue {
    /** Number of messages in the queue. */
    readonly length: number;
    /**
     * Size of the queue in bytes. A message counts as its payload plus 64 bytes; the payload of a text counts as
     * 2 x `length`.
     */
    readonly bytes: number;
    /** Drops all messages: their sends reject with `ABORTED`. */
    clear(): void;
}

/** A source of the events `online` and `offline`, such as an `EventTarget`: see option `network`. */
interface NetworkEvents {
    /** Adds a listener for `online` or `offline`. */
    addEventListener(type: string, listener: (event: NetworkEvent) => void): void;
    /** Removes a listener that was added. */
    removeEventListener(type: string, listener: (event: NetworkEvent) => void): void;
}
/** The part of an `Event` that is used. */
interface NetworkEvent {
    readonly type: string;
}

/** Argument of the functions for `url`, `headers` and `protocols`. */
interface AttemptInfo {
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
type Fresh<T> = T | ((info: AttemptInfo) => T | Promise<T>);
/** Second argument of `onConnect`. */
interface ConnectInfo {
    /** Number of the attempt, counted from 1 since the last stable connection. */
    readonly attempt: number;
    /** True if an earlier connection of this client was open. */
    readonly resumed: boolean;
}
/**
 * Settings of option `backoff`. Each pause is drawn at random from 0 to a window, which grows with each
 * failure.
 */
interface BackoffOptions {
    /** First window: milliseconds or a Go duration. Default: 500 ms. 0: the default. */
    readonly min?: Duration | undefined;
    /** Largest window. Default: 30 s. 0: the default. */
    readonly max?: Duration | undefined;
    /** Factor by which the window grows with each failure. Default: 2. 1 to 100. */
    readonly factor?: number | undefined;
}
/** Settings of option `queue`. */
interface QueueOptions {
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
interface ReconnectOptions<C extends AnyCodec = Codec> extends Omit<ConnectOptions<C>, "headers" | "protocols" | "keepAlive" | "signal"> {
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
    readonly onConnect?: ((client: Client<Decoded<C>, Encoded<C>>, info: ConnectInfo) => unknown) | undefined;
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

/** Stands in the channel between the messages of two connections, if option `marker` is on. */
interface Reconnected {
    readonly type: "reconnected";
    /** Number of the attempt that opened the new connection. */
    readonly attempt: number;
    /** Time without an open connection, in milliseconds; 0 if the connection was replaced while it was open. */
    readonly gap: number;
}

/** Options of one message: those of `Client.send`, and those of a queue that outlives connections. */
interface SendOptions extends SendOptions$1 {
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

/** Status of a reconnecting client. `type` tells the variants apart. */
type Status = {
    /** The client calls functions for URL and credentials, dials, or runs `onConnect`. */
    readonly type: "connecting";
    /** Number of this attempt, counted from 1 since the last stable connection. */
    readonly attempt: number;
} | {
    readonly type: "open";
    /** Number of the attempt that opened the connection. */
    readonly attempt: number;
    /** Time since the connection opened, in milliseconds. Each read computes it anew. */
    readonly duration: number;
} | {
    readonly type: "waiting";
    /** Number of the next attempt. */
    readonly attempt: number;
    /** Length of the pause before the next attempt, in milliseconds; events of a page can cut it short. */
    readonly delay: number;
    /** Error that ended the last attempt or connection. */
    readonly error: WsError;
} | {
    /** The client waits for `start()`: after `suspend()`, or because of `autoStart: false`. */
    readonly type: "suspended";
} | {
    readonly type: "closed";
    /** Error for which the client gave up; none after a local close or a normal close by the peer. */
    readonly error?: WsError | undefined;
};

/**
 * A client that opens a new connection whenever one is lost; made by `reconnecting`. It has the members of
 * a `Client`, and any number of tasks may use it at the same time. Like a `Client` it must be read until
 * it is closed.
 */
declare class ReconnectingClient<In = Message, Out = Data> implements ClientLike<In, Out> {
    #private;
    /**
     * Settles once, when the client has ended for good, with how its last connection ended. Never rejects.
     * `error` is the reason for which the client gave up.
     */
    readonly closed: Promise<CloseInfo>;
    /** The current status. */
    get state(): Status;
    /**
     * Iterates over the current status and then over every change, until the client has ended. Changes that
     * you do not fetch are kept from the first `next()` on, the latest 100 of them. You can stop at any time:
     * `return()` settles at once, and so does a pending `next()`, with `done: true`.
     */
    status(): AsyncGenerator<Status, void>;
    /**
     * Calls `listener` with the new status at each change, in the turn of the change. With {@link state} it is the
     * store that React's `useSyncExternalStore` wants. An exception that the listener throws is reported as uncaught.
     *
     * Throws `INVALID_OPTION` if `listener` is not a function.
     *
     * @param listener Called with the status that `state` has from now on.
     * @returns A function that removes the listener.
     */
    onStatus(listener: (status: Status) => void): () => void;
    /**
     * The connection that is open now, or `undefined`. It has the members that a single connection has, such
     * as `stats`, `protocol` and `handshake`.
     */
    get connection(): Client | undefined;
    /** The queue of messages that wait for a connection. */
    get queue(): OfflineQueue;
    /** Returns the channel on which the messages of all connections arrive. It is always the same one. */
    channel(): ReceiveChannel<In>;
    /** Receives the next message: short for `channel().receive(options)`. */
    receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
    /** Receives the next message if that needs no waiting; returns `undefined` otherwise. */
    tryReceive(): ReceiveResult<In> | undefined;
    /**
     * Iterates over the messages of all connections until the client has ended; `state` is `closed` then.
     * Returns after a local close or a normal close by the peer, and otherwise throws the `WsError` for which
     * the client gave up. Leaving the loop leaves the client open, and no message is lost.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
    /**
     * Iterates over the messages like the client itself. `signal` ends the iteration with `ABORTED`. Throws
     * `INVALID_OPTION`.
     */
    messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
    /** The messages of all connections as a WHATWG stream: see `Client.readable`. */
    get readable(): ReadableStream<In>;
    /** A WHATWG stream that sends what you write: see `Client.writable`. */
    get writable(): WritableStream<Out>;
    /**
     * Sends one message: at once if a connection is open, otherwise as soon as one is, in call order. It
     * settles like `send` of the connection, and stays pending while no connection is open. You may reuse the
     * bytes when `send` has returned.
     *
     * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
     * over, `SEND_TIMEOUT`, `ABORTED` by `signal` or `queue.clear()`, or `CLOSED`. A failure that you do not
     * await is not an unhandled rejection.
     *
     * @param data Same as for `Client.send`; a codec encodes it at once.
     * @param options `TEXT` or `BINARY`, or {@link SendOptions}. `timeout` and `signal` only bound the wait:
     * the message is sent, or stays in the queue.
     */
    send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
    /**
     * Settles when the queue is empty and the connection has flushed what was sent. Messages that were lost
     * before are reported to `onLost`.
     *
     * Rejects with `CLOSED` if the connection ends meanwhile or the client has ended, and with
     * `FLUSH_TIMEOUT`, `ABORTED`, `INVALID_OPTION` or `UNSUPPORTED`.
     */
    flush(options?: WaitOptions): Promise<void>;
    /**
     * Sends a ping frame over the open connection: see `Client.ping`. Rejects with `CLOSED` if none is open,
     * which is retryable until the client has ended.
     */
    ping(options?: PingOptions): Promise<number>;
    /**
     * Ends the client. Queued messages are lost, an open connection is closed like by its own `close`, and a
     * dial and all waits end at once. Resolves with how the client ended; `clean` is false if a message was
     * lost. Calling it again returns the same promise.
     *
     * Rejects with `INVALID_CLOSE`, and the client does not end.
     *
     * @param code Same as for `Client.close`; default 1000.
     * @param reason Same as for `Client.close`; default `""`.
     */
    close(code?: number, reason?: string): Promise<CloseInfo>;
    /**
     * Dials now. What that means depends on the state:
     *
     * - `open`: replaces the connection without an interruption. The new one is dialled, and its `onConnect` runs,
     *   while the old one still works. Then sends move to the new connection, and the old one is closed with 1000 and
     *   delivers what the server sent before its close frame. The state stays `open`. If the attempt fails, the old
     *   connection stays open, and the next attempt follows by `backoff`. A call during an attempt has no effect.
     * - `connecting` or `waiting`: cuts the attempt or the pause short, and dials again with the backoff and the
     *   counts of attempts reset.
     * - `suspended`: starts the client.
     * - `closed`: has no effect.
     */
    reconnect(): void;
    /**
     * Starts a client that is suspended: it dials at once. Has no effect otherwise.
     */
    start(): void;
    /**
     * Closes the open connection with 1000, or cancels a dial or a wait, and dials no more until `start()`. Until then
     * what you send waits in the queue. Resolves when the connection has ended, which `closeTimeout` bounds. Has no
     * effect after the end.
     */
    suspend(): Promise<void>;
    /** Ends the client now. An open connection ends without a close handshake. */
    terminate(): void;
    /** Lets the client keep the Node process alive again, after {@link unref}. Elsewhere it has no effect. */
    ref(): void;
    /**
     * Lets the Node process exit while a connection is open or while the client waits for its next attempt; a dial still
     * keeps it alive. By default the client keeps it alive. Elsewhere it has no effect.
     */
    unref(): void;
    /** Calls `close()`, for `await using` on platforms that have the symbol. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** Type of the values that option `marker` adds to the messages. */
type Marker<M> = true extends M ? Reconnected : never;
/** The type of `reconnecting`. */
interface Reconnecting {
    /**
     * Creates a {@link ReconnectingClient} whose messages go through a codec, which determines the client's
     * types. The first dial starts at once. Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
     *
     * @param url Same as for `connect`, or a function that is called for each attempt and returns it.
     * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
     * between the messages of two connections.
     */
    <C extends AnyCodec, M extends boolean | undefined = false>(url: Fresh<string | URL>, options: ReconnectOptions<C> & {
        readonly codec: C;
        readonly marker?: M;
    }): ReconnectingClient<Decoded<C> | Marker<M>, Encoded<C>>;
    /**
     * Creates a {@link ReconnectingClient}, a client that opens a new connection when one is lost. The first
     * dial starts at once. Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
     *
     * ```ts
     * const client = reconnecting("wss://api.example.com/feed");
     * for await (const message of client) console.log(message.data);
     * ```
     *
     * @param url Same as for `connect`, or a function that is called for each attempt and returns it.
     * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
     * between the messages of two connections.
     */
    <M extends boolean | undefined = false>(url: Fresh<string | URL>, options?: ReconnectOptions & {
        readonly marker?: M;
    }): ReconnectingClient<Message | Marker<M>>;
}

declare const reconnecting: Reconnecting;

export { type ReconnectingClient, reconnecting };
export type { AttemptInfo, BackoffOptions, ConnectInfo, Fresh, LostMessage, NetworkEvents, OfflineQueue, QueueOptions, ReconnectOptions, Reconnected, Reconnecting, SendOptions, Status };
