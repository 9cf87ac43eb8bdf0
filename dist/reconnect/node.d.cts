// The build puts this on top of the types that ship. With it they need neither the DOM library nor
// @types/node, and TypeScript 5.0 can read them.

// Merges with the declarations of whichever library the program has. Empty, so that it conflicts with none.
declare global {
  interface AbortSignal {}
  interface Headers {}
  interface URL {}
  // Merged declarations must have the same type parameters.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  interface ReadableStream<R = any> {}
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  interface WritableStream<W = any> {}
}

/** The type that a library declares, or else the members that this package needs. */
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

/** The global one has had its second type parameter only since TypeScript 5.6. */
interface AsyncIterableIterator<T, Return> extends AsyncIterator<T, Return> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T, Return>;
}

export {};

import { WsError, Duration, AnyCodec, Codec, ConnectOptions, KeepAliveOptions, Context, Client, Decoded, Encoded, Message, Data, ClientLike, CloseInfo, ReceiveChannel, WaitOptions, ReceiveResult, MessagesOptions, SendOptions as SendOptions$1, PingOptions } from 'wschan';

/** Why a message is lost: see option `onLost`. */
type LostReason = "unflushed" | "expired" | "dropped" | "closed";
/** A message that was, as far as can be known, not sent. */
interface LostMessage {
    /** What would have gone out; bytes are a copy. */
    readonly data: string | Uint8Array;
    /** `TEXT` (1) or `BINARY` (2). */
    readonly type: 1 | 2;
    /** The message's own `key`. */
    readonly key: string | undefined;
    /**
     * `"unflushed"`: handed to a connection that ended before it could be known to have left; it may have
     * arrived. `"expired"`: its `ttl` was over. `"dropped"`: by `"drop-oldest"`, or `queue.clear()`.
     * `"closed"`: it still waited when the client ended.
     */
    readonly reason: LostReason;
}
/** The messages that wait for a connection. */
interface OfflineQueue {
    /** How many messages wait. */
    readonly length: number;
    /** What they hold: payload + 64 bytes each, a text's payload at 2 x `length`. */
    readonly bytes: number;
    /** Drops them: their sends reject with `ABORTED`. */
    clear(): void;
}

/** What functions for `url`, `headers` and `protocols` are called with. */
interface AttemptInfo {
    /** Counts from 1 since the last stable connection. */
    readonly attempt: number;
    /** Why the attempt before, or the last connection, ended; none at first. */
    readonly lastError: WsError | undefined;
    /** Aborts when the client ends. */
    readonly signal: AbortSignal;
}
/** A value, or a function that is called anew for every attempt. What it rejects with ends the attempt. */
type Fresh<T> = T | ((info: AttemptInfo) => T | Promise<T>);
/** What `onConnect` is told. */
interface ConnectInfo {
    /** Counts from 1 since the last stable connection. */
    readonly attempt: number;
    /** Whether there was a connection before. */
    readonly resumed: boolean;
}
/** Settings of option `backoff`. */
interface BackoffOptions {
    /** The window of the first wait: milliseconds or a Go duration. Default: 500 ms. 0: the default. */
    readonly min?: Duration | undefined;
    /** The largest window. Default: 30 s. 0: the default. */
    readonly max?: Duration | undefined;
    /** By what the window grows with each failure. Default: 2. 1 to 100. */
    readonly factor?: number | undefined;
}
/** Settings of option `queue`. */
interface QueueOptions {
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
interface ReconnectOptions<C extends AnyCodec = Codec> extends Omit<ConnectOptions<C>, "headers" | "protocols" | "keepAlive" | "signal"> {
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
    readonly onConnect?: ((client: Client<Decoded<C>, Encoded<C>>, info: ConnectInfo) => unknown) | undefined;
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

/** Where a reconnecting client stands; told apart by `type`. */
type Status = {
    /** Asks for the URL and credentials, dials, or runs `onConnect`. */
    readonly type: "connecting";
    /** Counts from 1 since the last stable connection. */
    readonly attempt: number;
} | {
    readonly type: "open";
    /** The attempt that opened it. */
    readonly attempt: number;
    /** For how long it has been open, in milliseconds, as of now. */
    readonly duration: number;
} | {
    readonly type: "waiting";
    /** The attempt that comes next. */
    readonly attempt: number;
    /** How long it waits, in milliseconds, unless it is woken. */
    readonly delay: number;
    /** Why it is not open. */
    readonly error: WsError;
} | {
    readonly type: "closed";
    /** Why it gave up; none after a local close and the peer's normal end. */
    readonly error?: WsError | undefined;
};

/** Stands in the channel between two connections, for those who ask for it by option `marker`. */
interface Reconnected {
    readonly type: "reconnected";
    /** The attempt that opened the connection. */
    readonly attempt: number;
    /** How long there was none, in milliseconds. */
    readonly gap: number;
}
/** Options of one message: those of `Client.send`, and its own. */
interface SendOptions extends SendOptions$1 {
    /** How long it may wait for a connection. Default: the queue's. 0: the default. */
    readonly ttl?: Duration | undefined;
    /** Replaces a message with the same key that waits; it goes to the end. Default: none. */
    readonly key?: string | undefined;
    /**
     * Sends it again, before all that waits, if the connection ends before it can be known to have left: it
     * may arrive twice. Default: false.
     */
    readonly retry?: boolean | undefined;
}
/**
 * A client that lives across connections; made by `reconnecting`. It has the face of a `Client`, and any
 * number of tasks may use it at the same time. Like one it must be read until it is closed.
 */
declare class ReconnectingClient<In = Message, Out = Data> implements ClientLike<In, Out> {
    #private;
    /** Settles once, when it has ended for good, with how. Never rejects. `error` is why it gave up. */
    readonly closed: Promise<CloseInfo>;
    /** Where it stands now. */
    get state(): Status;
    /**
     * Iterates over where it stands now, then over every change, until it has closed. What is not fetched
     * waits from the first fetch on, the latest 100. It can be left at any time: a `return()` settles at once,
     * and so does a pending `next()`, with `done: true`.
     */
    status(): AsyncGenerator<Status, void>;
    /** The connection that is open now, for what only it can tell: `stats`, `protocol`, `handshake`, ... */
    get connection(): Client | undefined;
    /** What waits for a connection. */
    get queue(): OfflineQueue;
    /** The channel on which the messages of all connections arrive; always the same one. */
    channel(): ReceiveChannel<In>;
    /** Short for `channel().receive(options)`. */
    receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
    /** Returns the next message if that needs no waiting, as `Client.tryReceive`. */
    tryReceive(): ReceiveResult<In> | undefined;
    /**
     * Iterates over the messages of all connections until the client has ended; `state` is `closed` then.
     * Returns after a local close or the peer's normal end, and throws the `WsError` for which it gave up
     * otherwise. Leaving the loop leaves it open, and loses no message.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
    /** As iterating over the client itself; `signal` ends it with `ABORTED`. Throws `INVALID_OPTION`. */
    messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
    /** The messages of all connections as a WHATWG stream, as `Client.readable`. */
    get readable(): ReadableStream<In>;
    /** A WHATWG stream that sends what is written, as `Client.writable`. */
    get writable(): WritableStream<Out>;
    /**
     * Sends one message: at once if a connection is open, and otherwise when one is, in call order. Settles
     * as the connection's own `send`; while there is none, it waits. The bytes may be reused when `send` has
     * returned.
     *
     * @param data As of `Client.send`; a codec encodes it at once.
     * @param options `TEXT` or `BINARY`, or more: see {@link SendOptions}. `timeout` and `signal` bound the
     * wait only: the message is sent, or waits in the queue.
     *
     * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
     * over, `SEND_TIMEOUT`, `ABORTED` by `signal` or `queue.clear()`, or `CLOSED`. A failure that nobody
     * awaits is no unhandled rejection.
     */
    send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
    /**
     * Settles when nothing waits and what was sent is with the operating system, as the connection's own
     * `flush`. Rejects with `CLOSED` if the connection ends meanwhile, or the client has ended, with
     * `FLUSH_TIMEOUT`, `ABORTED` or `INVALID_OPTION`, and with `UNSUPPORTED`. `onLost` reports what was lost
     * before.
     */
    flush(options?: WaitOptions): Promise<void>;
    /** As the connection's own `ping`. Rejects with `CLOSED`, which is retryable, while none is open. */
    ping(options?: PingOptions): Promise<number>;
    /**
     * Ends it: what waits is lost, an open connection is closed as by its own `close`, a dial and all waits
     * end at once. Resolves with how it ended; `clean` is false if anything was lost. Calling it again
     * returns the same promise.
     *
     * @param code As of `Client.close`; default 1000.
     * @param reason As of `Client.close`; default `""`.
     *
     * Rejects with `INVALID_CLOSE`, and nothing ends.
     */
    close(code?: number, reason?: string): Promise<CloseInfo>;
    /** Ends it now, without a closing handshake. */
    terminate(): void;
    /** `close()`, for `await using`, where the platform has the symbol. */
    [Symbol.asyncDispose](): Promise<void>;
}
/** The values that option `marker` adds to those received. */
type Marker<M> = true extends M ? Reconnected : never;
/** The type of `reconnecting`. */
interface Reconnecting {
    /**
     * Creates a {@link ReconnectingClient} whose messages go through a codec, which determines the client's
     * types. The first dial starts at once. Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
     *
     * @param url As of `connect`, or a function, which is called for each attempt.
     * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
     * between two connections.
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
     * @param url As of `connect`, or a function, which is called for each attempt.
     * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
     * between two connections.
     */
    <M extends boolean | undefined = false>(url: Fresh<string | URL>, options?: ReconnectOptions & {
        readonly marker?: M;
    }): ReconnectingClient<Message | Marker<M>>;
}

declare const reconnecting: Reconnecting;

export { type ReconnectingClient, reconnecting };
export type { AttemptInfo, BackoffOptions, ConnectInfo, Fresh, LostMessage, LostReason, OfflineQueue, QueueOptions, ReconnectOptions, Reconnected, Reconnecting, SendOptions, Status };
