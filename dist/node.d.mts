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

/**
 * The class of a {@link WsError}, for code that handles errors by class instead of one by one.
 * {@link errors} has a constant for each kind.
 */
type ErrorKind = "NOT_FOUND" | "ALREADY_EXISTS" | "INVALID" | "PERMISSION_DENIED" | "UNAVAILABLE" | "INTERNAL" | "CANCELED" | "CONFLICT" | "TIMEOUT" | "RATE_LIMITED" | "UNSUPPORTED" | "UNKNOWN";
/**
 * The stable name of a failure. The page "Errors" of the documentation lists the kind of each code, whether it is
 * retryable, and when it occurs.
 */
type ErrorCode = "CONNECT_FORBIDDEN" | "URL_FORBIDDEN" | "NO_CONTEXT" | "UNKNOWN_CONNECTION" | "INVALID_URL" | "INVALID_OPTION" | "INVALID_DURATION" | "INVALID_MESSAGE" | "INVALID_CLOSE" | "CHANNEL_CLOSED" | "UNSUPPORTED" | "DIAL_FAILED" | "DIAL_TIMEOUT" | "HANDSHAKE_REJECTED" | "PROXY_REJECTED" | "ABORTED" | "READ_TIMEOUT" | "WRITE_TIMEOUT" | "KEEPALIVE_TIMEOUT" | "PING_TIMEOUT" | "SEND_TIMEOUT" | "FLUSH_TIMEOUT" | "RECEIVE_TIMEOUT" | "REQUEST_TIMEOUT" | "RPC_ERROR" | "CHANNEL_TIMEOUT" | "MESSAGE_TOO_BIG" | "SLOW_CONSUMER" | "QUEUE_FULL" | "PROTOCOL_ERROR" | "CLOSED" | "CONNECTION_LOST" | "CLOSED_BY_PEER";

/** Machine-readable facts about a {@link WsError}. Each property names the codes for which it may be set. */
interface ErrorDetails {
    /** `DIAL_FAILED`: true if the platform hides the reason, as browsers do. */
    readonly opaque?: boolean;
    /** `HANDSHAKE_REJECTED`, `PROXY_REJECTED`: the HTTP status code of the response. */
    readonly status?: number;
    /** `HANDSHAKE_REJECTED`: the reason phrase of the response, unchanged. */
    readonly statusText?: string;
    /**
     * `HANDSHAKE_REJECTED`: the headers of the response, with names in lower case. Not enumerable, so that logs
     * do not show them.
     */
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    /**
     * `HANDSHAKE_REJECTED`: the first 64 KiB of the response's body, decoded as UTF-8. A gzip, deflate or
     * brotli body is decompressed up to the first error in it; `""` for any other `Content-Encoding`. Not
     * enumerable, so that logs do not show it.
     */
    readonly body?: string;
    /** `HANDSHAKE_REJECTED`, `PROXY_REJECTED`: the delay that the `Retry-After` header asks for, in milliseconds. */
    readonly retryAfter?: number;
    /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: the limit that was exceeded, in bytes. */
    readonly limit?: number;
    /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: the size that exceeded it, in bytes, if it is known. */
    readonly size?: number;
    /** `INVALID_MESSAGE` and `MESSAGE_TOO_BIG` thrown by a codec: the codec's name. */
    readonly codec?: string;
    /** `INVALID_MESSAGE` thrown by a codec: the offset in the message at which decoding failed, in bytes. */
    readonly position?: number;
    /** `CLOSED_BY_PEER`: the status code of the peer's close frame. */
    readonly closeCode?: number;
    /** `CLOSED_BY_PEER`: the reason in the peer's close frame, unchanged. */
    readonly reason?: string;
    /** `RPC_ERROR`: the error object of the reply (JSON-RPC 2.0, section 5.1). Its message and data are unchanged. */
    readonly rpc?: {
        readonly code: number;
        readonly message: string;
        readonly data?: unknown;
    };
}
/** Optional properties of a new {@link WsError}. */
interface ErrorInit {
    /** Default: the kind of the code. */
    readonly kind?: ErrorKind;
    /** Default: true for timeouts, `CONNECTION_LOST`, `DIAL_FAILED`, `QUEUE_FULL` and `SLOW_CONSUMER`. */
    readonly retryable?: boolean;
    /** Facts about the failure. Default: none. */
    readonly details?: ErrorDetails;
    /** The error or abort reason that led to this error. Default: none. */
    readonly cause?: unknown;
}
/**
 * The class of every error that this package throws or rejects with, on every platform.
 *
 * Distinguish errors by `code` or, more coarsely, by `kind`. Messages are for people and may change. A
 * message begins with the operation that failed. It shows a URL as origin and path, because credentials and
 * queries are secret, and it shows neither payloads nor strings from options. Control characters in it are
 * percent-encoded; `details` has the peer's text unchanged.
 */
declare class WsError extends Error {
    /** The stable name of the failure. */
    readonly code: ErrorCode;
    /** The class of the failure. */
    readonly kind: ErrorKind;
    /** True if the same call may succeed when it is repeated later. */
    readonly retryable: boolean;
    /** Machine-readable facts about the failure; `{}` if there are none. */
    readonly details: ErrorDetails;
    /**
     * Creates an error, for example in a codec of your own.
     *
     * @param code The stable name of the failure; it determines `kind` and `retryable` unless `init` does.
     * @param message A text for people. Control characters in it are percent-encoded.
     * @param init `kind`, `retryable`, `details` and `cause`.
     */
    constructor(code: ErrorCode, message: string, init?: ErrorInit);
    get name(): string;
    /**
     * Returns true if `value` is a `WsError`. Unlike `instanceof`, it also recognises errors of another copy of
     * the package in the same process.
     *
     * @param value Anything, such as a caught exception.
     */
    static is(value: unknown): value is WsError;
}
/**
 * A constant for each {@link ErrorKind}, and `is` to test for one: `errors.is(error, errors.TIMEOUT)`.
 */
declare const errors: {
    readonly [K in ErrorKind]: K;
} & {
    /**
     * Returns true if `error` is a {@link WsError} of this kind; false for any other kind or value.
     *
     * @param error Anything, such as a caught exception.
     * @param kind A kind, such as `errors.TIMEOUT`.
     */
    is<Kind extends ErrorKind>(error: unknown, kind: Kind): error is WsError & {
        readonly kind: Kind;
    };
};

/**
 * A length of time: a number of milliseconds, or a string in the format of Go's `time.ParseDuration`, such as
 * `"300ms"` or `"1h15m30.5s"`. See {@link parseDuration}.
 */
type Duration = number | string;
/**
 * Converts a duration to milliseconds. Fractions are kept: `"5ns"` is 0.000005.
 *
 * Throws a {@link WsError} `INVALID_DURATION` for any other value or format, for NaN, for a negative
 * duration, and for one longer than Go's longest, `2562047h47m16.854775807s` (292 years).
 *
 * @param value A number of milliseconds, or a string in the format of Go's `time.ParseDuration`: an
 * optional sign, then `"0"`, or one or more decimal numbers, each followed by a unit: `ns`, `us` (or `µs`),
 * `ms`, `s`, `m` or `h`.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
declare function parseDuration(value: Duration): number;

/** Options that bound a wait. */
interface WaitOptions {
    /**
     * The longest wait: milliseconds or a Go duration, up to 292 years. With `0` the operation fails at once if
     * it would have to wait. Default: for ever.
     */
    readonly timeout?: Duration | undefined;
    /**
     * Ends the wait with `ABORTED` when it is aborted; the error's `cause` is the signal's reason. No value is
     * lost. Default: none.
     */
    readonly signal?: AbortSignal | undefined;
}

/** The result of a receive: `ok: true` and a value, or `ok: false` once the channel is closed and drained. */
type ReceiveResult<T> = {
    readonly ok: true;
    readonly value: T;
} | {
    readonly ok: false;
    readonly value: undefined;
};

/** Options of an iteration over messages or values. */
interface MessagesOptions {
    /**
     * Ends the iteration with `ABORTED` when it is aborted; the error's `cause` is its reason. Default: none.
     */
    readonly signal?: AbortSignal | undefined;
}

/**
 * One case of a {@link select}: a receive from a channel or a send on it. Only `select` calls its methods.
 *
 * @typeParam C The type of the channel.
 * @typeParam R The type of the outcome.
 */
interface Case<C, R> {
    /** The channel of the operation. */
    readonly channel: C;
    /** Runs the operation if it does not have to wait; returns `undefined` otherwise. */
    attempt(): R | undefined;
    /** Waits for the operation and calls `done` with its outcome. Returns a function that cancels the wait. */
    park(done: (outcome: R) => void): () => void;
}
/** A case of {@link select} that receives; created by {@link ReceiveChannel.caseReceive}. */
type ReceiveCase<T, C = ReceiveChannel<T>> = Case<C, ReceiveResult<T>>;
/**
 * A case of {@link select} that sends; created by {@link Channel.caseSend}. Its outcome is true if the value
 * was sent.
 */
type SendCase<T, C = Channel<T>> = Case<C, boolean>;
/**
 * The receiving half of a channel, like Go's `<-chan T`: it can neither send on the channel nor close it.
 *
 * Any number of tasks may receive at the same time; each value goes to one of them.
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
declare class ReceiveChannel<T> {
    #private;
    /** Clients and timers create instances; create a {@link Channel} for a channel of your own. */
    protected constructor(queue: object);
    /** The number of values in the channel, at most `capacity`; Go's `len`. */
    get length(): number;
    /** The number of values that the channel buffers before a send has to wait; Go's `cap`. */
    get capacity(): number;
    /** True if the channel is closed: no more values can be sent, but buffered ones can still be received. */
    get closed(): boolean;
    /**
     * Receives the next value, and waits for one if necessary. Resolves with `ok: true` and the value, or
     * with `ok: false` once the channel is closed and drained. A receive that times out or is aborted loses
     * no value.
     *
     * Rejects with `RECEIVE_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
     *
     * @param options `timeout` (milliseconds or a Go duration, by default for ever) and `signal`.
     *
     * @see https://go.dev/ref/spec#Receive_operator
     */
    receive(options?: WaitOptions): Promise<ReceiveResult<T>>;
    /**
     * Receives the next value without waiting. Returns `undefined` if there is none yet, and `ok: false` once
     * the channel is closed and drained.
     */
    tryReceive(): ReceiveResult<T> | undefined;
    /**
     * Creates a case of `select` that receives from this channel. Its outcome is `ok: true` and the
     * value, or `ok: false` once the channel is closed and drained. A case may be used any number of times.
     */
    caseReceive(): ReceiveCase<T, this>;
    /**
     * Iterates over the values until the channel is closed and drained, like Go's `range`. Leaving the loop
     * does not close the channel. `return()` ends a pending `next()` with `done: true`, and no value is lost.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined>;
    /**
     * Iterates over the values as `for await` over the channel does. When `signal` is aborted, the iteration
     * throws `ABORTED`, and no value is lost.
     *
     * Throws `INVALID_OPTION`.
     *
     * @param options `signal`. Default: none.
     */
    messages(options?: MessagesOptions): AsyncIterableIterator<T, undefined>;
}
/**
 * A channel like those of Go: it passes values from senders to receivers in order, each value to one
 * receiver. A channel with a capacity buffers that many values before a send has to wait. With capacity 0,
 * each send waits for a receiver.
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
declare class Channel<T> extends ReceiveChannel<T> {
    #private;
    /**
     * Creates an open channel. Throws `INVALID_OPTION`.
     *
     * @param capacity The number of values that the channel buffers, an integer from 0 to 2^32-1. Default: 0, a
     * rendezvous of sender and receiver.
     */
    constructor(capacity?: number);
    /**
     * Sends a value. Waits until the channel has room for it or a receiver takes it. If the send times out or
     * is aborted, the value is not sent.
     *
     * Rejects with `CHANNEL_CLOSED`, also if the channel is closed during the wait, and with `CHANNEL_TIMEOUT`,
     * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
     *
     * @param value Anything.
     * @param options `timeout` (milliseconds or a Go duration, by default for ever) and `signal`.
     *
     * @see https://go.dev/ref/spec#Send_statements
     */
    send(value: T, options?: WaitOptions): Promise<void>;
    /** Sends a value if that does not have to wait; returns true if it did. Throws `CHANNEL_CLOSED`. */
    trySend(value: T): boolean;
    /**
     * Creates a case of {@link select} that sends this value. A case may be used any number of times. If the
     * channel is closed, the case is ready, and choosing it rejects the `select` with `CHANNEL_CLOSED`.
     */
    caseSend(value: T): SendCase<T, this>;
    /**
     * Closes the channel. Buffered values can still be received. Pending and later sends reject with
     * `CHANNEL_CLOSED`. Closing a closed channel has no effect, unlike in Go.
     */
    close(): void;
}

/** Counters of a {@link Client}. */
interface ClientStats {
    readonly messagesReceived: number;
    readonly messagesSent: number;
    /** Total payload of received messages, in bytes. */
    readonly bytesReceived: number;
    /** Total payload of sent messages, in bytes. */
    readonly bytesSent: number;
    /**
     * Size of the unread messages, in bytes. Each counts as its payload plus 64 bytes; the payload of a text counts
     * as 2 x `length`.
     */
    readonly bytesBuffered: number;
    /** Number of times that reading was paused because the consumer was slow. */
    readonly timesPaused: number;
    /** Latest round trip of a ping or of option `keepAlive`, in milliseconds; `undefined` before the first. */
    readonly roundTrip: number | undefined;
}

/** The end of a connection, as {@link Client.closed} reports it. */
interface CloseInfo {
    /**
     * The code with which this side closed the connection; otherwise the code of the peer's close frame, 1005
     * if the frame has none. 1006 after `terminate()` and if the connection was lost (RFC 6455 section
     * 7.1.5).
     */
    readonly code: number;
    /** The reason that belongs to `code`; `""` for none. */
    readonly reason: string;
    /** True if both close frames were exchanged and everything that was sent has left. */
    readonly clean: boolean;
    /** `"local"` if this side ended the connection, `"peer"` if the peer closed it, `"none"` if it was lost. */
    readonly by: "local" | "peer" | "none";
    /**
     * The code in the close frame of this side, if this side closed the connection and the frame was sent. It
     * may differ from `code` in browsers, which may only send some codes.
     */
    readonly sentCode?: number;
    /**
     * The error that ended the connection. Absent after a normal end: `terminate()`, a local close after which
     * everything that was sent has left, or a close by the peer with 1000, 1001 or 1005, even if something that
     * was sent has not left.
     */
    readonly error?: WsError;
}

/** Message type of {@link Client.send}: text (opcode 1, RFC 6455 section 5.6). */
declare const TEXT = 1;
/** Message type of {@link Client.send}: binary (opcode 2, RFC 6455 section 5.6). */
declare const BINARY = 2;
/** `Message.type` of a text message. */
declare const TYPE_TEXT = "text";
/** `Message.type` of a binary message. */
declare const TYPE_BINARY = "binary";
/** Name of the ping frame (RFC 6455 section 5.5.2). */
declare const TYPE_PING = "ping";
/** Name of the pong frame (RFC 6455 section 5.5.3). */
declare const TYPE_PONG = "pong";
/** Name of the close frame (RFC 6455 section 5.5.1). */
declare const TYPE_CLOSE = "close";
/** The modes of permessage-deflate (RFC 7692), for option `compression`. */
declare const COMPRESSION: {
    /** Messages are not compressed. */
    readonly DISABLED: 0;
    /** Each direction keeps one compression context for all messages (RFC 7692 section 7.1.1). */
    readonly CONTEXT_TAKEOVER: 1;
    /** Each message is compressed with a new context. */
    readonly NO_CONTEXT: 2;
};
/** A value of `COMPRESSION`. */
type CompressionMode = 0 | 1 | 2;

/**
 * A received message. Binary data is always a plain `Uint8Array`, never a `Buffer` or a `Blob`. It owns its
 * buffer, unless option `node.binaryViews` is set, so that you may keep, modify or transfer it.
 */
type Message = TextMessage | BinaryMessage;
/** A text message. */
interface TextMessage {
    readonly type: "text";
    /**
     * The text. Check `message.type === "text"` first: the data of a {@link Message} may also be binary. If all
     * messages are JSON, pass `codec: json()` of `wschan/codec` to `connect` and receive the parsed values.
     */
    readonly data: string;
}
/** A binary message. */
interface BinaryMessage {
    readonly type: "binary";
    /** The bytes. Check `message.type === "binary"` first: the data of a {@link Message} may also be text. */
    readonly data: Bytes;
}
/** `Uint8Array<ArrayBuffer>`; before TypeScript 5.7, where the type has no parameter, `Uint8Array`. */
type Bytes = ReturnType<Uint8Array["slice"]>;
/** The data of a message to send. */
type Data = string | ArrayBuffer | ArrayBufferView;

/**
 * The contract between the core and a platform's WebSocket, in types. A transport moves messages and
 * reports events. Deadlines, limits on unread bytes and the rules of close codes belong to the core.
 */

/** The way a slow consumer is handled: see {@link Client.backpressure}. */
type Backpressure = "socket" | "stream" | "buffer";
/** The HTTP response that opened a connection. Only Node can see it. */
interface Handshake {
    readonly status: number;
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Options of {@link ClientLike.send}. */
interface SendOptions extends WaitOptions {
    /** `TEXT` (1) or `BINARY` (2). Default: a string is text, bytes are binary. */
    readonly type?: 1 | 2 | undefined;
}
/**
 * The members that a `Client` and a reconnecting client share. Use it as the type of a parameter, so that tests
 * can pass a fake; a `Channel` can serve as the fake's channel.
 */
interface ClientLike<In = Message, Out = Data> extends AsyncIterable<In> {
    /** Resolves when the connection has ended, with the way it ended. Never rejects. */
    readonly closed: Promise<CloseInfo>;
    /** A WHATWG stream of the messages. */
    readonly readable: ReadableStream<In>;
    /** A WHATWG stream that sends each chunk that is written. */
    readonly writable: WritableStream<Out>;
    /** Returns the channel on which messages arrive. */
    channel(): ReceiveChannel<In>;
    /** Receives the next message; waits if there is none. */
    receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
    /** Receives the next message without waiting; returns `undefined` if there is none. */
    tryReceive(): ReceiveResult<In> | undefined;
    /** Iterates over the messages until the connection ends. */
    messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
    [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
    /** Sends one message. */
    send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
    /** Resolves when the operating system has accepted everything that was sent. */
    flush(options?: WaitOptions): Promise<void>;
    /** Sends a ping frame and resolves with the round trip in milliseconds. */
    ping(options?: WaitOptions): Promise<number>;
    /** Closes the connection; resolves with the way it ended. */
    close(code?: number, reason?: string): Promise<CloseInfo>;
    /** Ends the connection immediately, without a close handshake. */
    terminate(): void;
    [Symbol.asyncDispose](): Promise<void>;
}

declare global {
    interface SymbolConstructor {
        readonly asyncDispose: unique symbol;
        readonly dispose: unique symbol;
    }
}
/** Options of {@link Client.ping}. */
interface PingOptions extends WaitOptions {
}
/**
 * One WebSocket connection.
 *
 * Any number of tasks may send and receive concurrently; each message goes to one receiver. Messages wait in
 * the channel from the moment the connection opened, so none is missed, and messages that arrived before the
 * end can still be received after it. Read a client until it is closed: in Node, an unread client slows its
 * server down and answers no pings; in a browser, its messages accumulate up to `bufferLimit`.
 */
declare class Client<In = Message, Out = Data> implements ClientLike<In, Out> {
    #private;
    /** An identifier that is unique in this process: `connection` of the events of option `observe`. */
    readonly id: string;
    /** Resolves when the connection has ended, with the way it ended. Never rejects. */
    readonly closed: Promise<CloseInfo>;
    /** `"open"`; `"closing"` after `close()` or the close frame of the peer; `"closed"` after the end. */
    get state(): "open" | "closing" | "closed";
    /** The URL of the connection, after redirects, without credentials. */
    get url(): string;
    /** The subprotocol that the server selected; `""` for none. */
    get protocol(): string;
    /** The extensions that the server accepted, as it wrote them; `""` for none. */
    get extensions(): string;
    /** The compression mode that was negotiated for both directions: see `COMPRESSION`. */
    get compression(): CompressionMode;
    /** The number of sent bytes that the operating system has not accepted yet. */
    get bufferedAmount(): number;
    /**
     * The way a slow consumer is handled. `"socket"`, `"stream"`: the socket or stream is paused, which slows the
     * server down. `"buffer"`: messages wait in memory, up to `bufferLimit`.
     */
    get backpressure(): Backpressure;
    /** True if this platform has ping frames. */
    get canPing(): boolean;
    /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
    get handshake(): Handshake | undefined;
    /** A snapshot of the counters of this connection. */
    get stats(): ClientStats;
    /** Returns the channel on which messages arrive, always the same one. It closes when the connection ends. */
    channel(): ReceiveChannel<In>;
    /** Receives the next message; waits if there is none. Same as `channel().receive(options)`. */
    receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
    /**
     * Returns the next message without waiting: `undefined` if there is none, `ok: false` once the connection has
     * ended and every message was received. Same as `channel().tryReceive()`.
     */
    tryReceive(): ReceiveResult<In> | undefined;
    /**
     * Iterates over the messages until the connection ends. The loop ends after a normal end (1000, 1001, 1005)
     * or a local close, and throws the connection's `WsError` after any other. Leaving the loop keeps the
     * connection open and loses no message: `return()` resolves a pending `next()` with `done: true`.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
    /**
     * Iterates in the same way as the client itself, with options. `signal` cancels the iteration, which throws
     * `ABORTED`; no message is lost.
     *
     * Throws `INVALID_OPTION`.
     */
    messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
    /**
     * A WHATWG stream of the messages, always the same one. It receives a message from the channel only when it
     * is read, so a slow reader exerts backpressure. It closes where iteration would end, and errors where
     * iteration would throw. Cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is
     * no `ReadableStream`.
     */
    get readable(): ReadableStream<In>;
    /**
     * A WHATWG stream that sends each chunk as a message, always the same one. A write settles when `send` would.
     * Closing it closes the connection with 1000 and waits for the end; aborting it terminates the connection,
     * even while a write is pending. It errors with `CLOSED` when the connection ends, and with
     * `INVALID_MESSAGE` for a chunk that cannot be sent, which leaves the connection open. Throws `UNSUPPORTED`
     * where there is no `WritableStream`.
     */
    get writable(): WritableStream<Out>;
    /**
     * Sends one message. Messages leave in call order. The promise settles as soon as fewer than
     * `sendHighWaterMark` bytes wait, which is usually immediately. You may reuse the bytes once `send` has
     * returned, before the promise settles.
     *
     * @param data A string; an `ArrayBuffer` or a view of one; or, with option `codec`, a value that it encodes.
     * @param options {@link TEXT} or {@link BINARY}, or an object with one of them as `type`. By default a string
     * is sent as text, and bytes as binary. With `BINARY`, a string is sent as its UTF-8 bytes; with `TEXT`, bytes
     * must be valid UTF-8. `timeout` and `signal` bound only the wait: they do not withdraw the message.
     *
     * Rejects with `INVALID_MESSAGE` for data that cannot be sent, and with `CLOSED` if the connection is closing
     * or ends during the wait; with options, also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or
     * `INVALID_OPTION`. If `signal` was aborted before the call, the message is not sent. You need not await the
     * promise: its rejection is never reported as unhandled, and `closed` also reports the end of the connection.
     */
    send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
    /**
     * Resolves when the operating system has accepted everything that was sent; in a browser, when
     * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ends first; with `FLUSH_TIMEOUT`, `ABORTED`,
     * `INVALID_DURATION` or `INVALID_OPTION`; and with `UNSUPPORTED` where there is no `bufferedAmount`.
     */
    flush(options?: WaitOptions): Promise<void>;
    /**
     * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, measured from the
     * flush of the ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). `timeout` is 10 s
     * by default.
     *
     * While a ping is outstanding, the socket is paused only if more than half of `bufferLimit` is unread. A pong
     * that follows a longer backlog arrives only after you have read the backlog.
     *
     * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
     * `UNSUPPORTED` where {@link canPing} is false.
     */
    ping(options?: PingOptions): Promise<number>;
    /**
     * Closes the connection. The channel closes at once. Messages that were sent still leave, followed by the
     * close frame, which the peer must answer within `closeTimeout`. Resolves with the way the connection ended.
     * Another call returns the same promise.
     *
     * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. Browsers may only send close codes 1000
     * and 3000-4999 (WHATWG): there any other code is sent as `code + 3000`.
     * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
     *
     * Rejects with `INVALID_CLOSE` for an invalid code or reason, and the connection stays open.
     */
    close(code?: number, reason?: string): Promise<CloseInfo>;
    /** Ends the connection immediately, without a close handshake. Messages that have not left are discarded. */
    terminate(): void;
    /** Lets the open connection keep the Node process alive again, after {@link unref}. Elsewhere it has no effect. */
    ref(): void;
    /**
     * Lets the Node process exit while the connection is open. The connection is then lost, as if the process had been
     * killed; timeouts that you wait for, such as that of `receive`, still keep the process alive. By default an open
     * connection keeps it alive. Elsewhere it has no effect.
     */
    unref(): void;
    /** Same as `close()`, for `await using`, on platforms that have the symbol. */
    [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The action that a policy allows or denies: first `"websocket.connect"`, to open any connection at all, then
 * `"websocket.connect.url"`, to connect to one URL.
 */
type PolicyAction = "websocket.connect" | "websocket.connect.url";
/** A request to a {@link Policy}. It is frozen, and each policy gets a separate object. */
interface PolicyRequest {
    /** The action to allow or deny. */
    readonly action: PolicyAction;
    /** The normalised URL without credentials; `""` for the action `websocket.connect`. */
    readonly resource: string;
    /** The parsed `resource`, as a copy; absent for the action `websocket.connect`. */
    readonly url?: URL;
    /** Option `actor` of the context: the user or service that asks. Absent if it is not set. */
    readonly actor?: unknown;
    /** Option `meta` of the context and of `connect`, merged. Absent if neither is set. */
    readonly meta?: Readonly<Record<string, unknown>>;
}
/**
 * Decides if a connection is allowed. It is allowed only if the policy returns `true` or a promise of
 * `true`. Any other value denies it with `CONNECT_FORBIDDEN` or `URL_FORBIDDEN`, depending on the action.
 * So does an exception or a rejection, which becomes the error's `cause`. {@link definePolicy} creates a
 * policy from rules.
 */
type Policy = (request: PolicyRequest) => boolean | Promise<boolean>;
/** One rule of {@link definePolicy}. */
interface PolicyRule {
    /**
     * The actions that the rule applies to. In each, `*` matches any number of characters. An allow rule for
     * `websocket.connect.url` implies `websocket.connect`.
     */
    readonly actions: string | readonly string[];
    /**
     * Patterns of the URLs that the rule applies to: `"scheme://host[:port][/path][?query]"` or `"*"`. See
     * {@link definePolicy}. Default: `"*"`. With an empty list the rule applies to no URL. Ignored for the
     * action `websocket.connect`.
     */
    readonly resources?: string | readonly string[];
    /** `"allow"` or `"deny"`. A deny rule that applies overrides all allow rules. */
    readonly effect: "allow" | "deny";
    /**
     * A further condition, which is called only if actions and resources match. An allow rule applies only if
     * it returns `true` or a promise of it; a deny rule applies unless it returns `false` or a promise of it.
     * An exception or a rejection denies the connection. It is not called for a `websocket.connect` that an
     * allow rule for `websocket.connect.url` implies. Default: none.
     */
    readonly when?: (request: PolicyRequest) => boolean | Promise<boolean>;
}

/**
 * Decodes received messages to values and encodes values to send. `wschan/codec` has several; implement this
 * interface for a format of your own.
 *
 * @typeParam In The type of received values.
 * @typeParam Out The type of values that can be sent.
 */
interface Codec<In = Message, Out = Data> {
    /** The name of the codec in errors. */
    readonly name: string;
    /**
     * Creates the decoder of one connection. It is called once for each connection, so that a decoder may keep
     * state between messages.
     *
     * @param readLimit Option `readLimit` of the connection: the largest size that a message may decode to, in
     * bytes. A decoder should throw `MESSAGE_TOO_BIG` instead of exceeding it.
     */
    decoder(readLimit: number): Decode<In>;
    /**
     * Encodes a value that was passed to `Client.send`. It is called for all connections that use the codec, in
     * the order of the sends, and must not modify the value. Default: data is sent unchanged.
     *
     * An exception rejects the `send`: `UNSUPPORTED` with the same error, anything else with `INVALID_MESSAGE`
     * and the exception as its `cause`.
     *
     * @param value The value to send.
     * @param type The `type` that was passed to `send`: {@link TEXT}, {@link BINARY} or `undefined`.
     * @returns The data to send: a string is sent as text, bytes as binary. `type` applies only if this is
     * `value` itself.
     */
    encode?(value: Out, type?: 1 | 2): Data;
}
/**
 * Decodes one message, and calls `emit` for each value that the message contains or completes. It is
 * synchronous, so that values keep the order of the messages.
 *
 * An exception ends the connection: a `WsError` with that error, and with close code 1009 for
 * `MESSAGE_TOO_BIG`, 1011 for `UNSUPPORTED` and 1007 for any other code; anything else with
 * `INVALID_MESSAGE` and 1007, and with the exception as the error's `cause`.
 *
 * The `size` passed to `emit` is the number of bytes that the value holds in memory. While the value is
 * unread, it counts against option `bufferLimit`, with 64 bytes of overhead added.
 */
type Decode<In> = (message: Message, emit: (value: In, size: number) => void) => void;
/** Any codec. */
type AnyCodec = Codec<unknown, never>;
/** The type of the values that are received through a codec. */
type Decoded<C extends AnyCodec> = C extends Codec<infer In, never> ? In : never;
/** The type of the values that can be sent through a codec. */
type Encoded<C extends AnyCodec> = C extends Codec<unknown, infer Out> ? Out : never;

/** The reason why a message of a reconnecting client was lost: see `LostMessage.reason`. */
type LostReason = "unflushed" | "expired" | "dropped" | "closed";
interface EventBase<T extends string> {
    readonly type: T;
    /** The `id` of the client. It is given when the dial begins. */
    readonly connection: string;
    /** The milliseconds since 1970. */
    readonly time: number;
}
interface Attempt {
    /** The number of the attempt of a reconnecting client; absent for `connect`. */
    readonly attempt?: number;
}
interface DialEvent extends EventBase<"dial">, Attempt {
    /** The requested URL, without credentials and query. */
    readonly url: string;
}
interface OpenEvent extends EventBase<"open">, Attempt {
    /** The URL after redirects, without credentials and query. */
    readonly url: string;
    /** The time since the event `dial`, in milliseconds. */
    readonly duration: number;
    /** The subprotocol that the server selected; `""` for none. */
    readonly protocol: string;
    /** The compression mode that was negotiated. */
    readonly compression: CompressionMode;
    /** The HTTP status of the response, in Node. */
    readonly status?: number | undefined;
}
interface DialFailedEvent extends EventBase<"dial-failed">, Attempt {
    /** The error with which `connect` rejects. */
    readonly error: WsError;
    /** The time since the event `dial`, in milliseconds. */
    readonly duration: number;
}
interface PauseEvent extends EventBase<"pause"> {
    /** The size of the unread messages, as in `ClientStats`. */
    readonly bytesBuffered: number;
}
interface ResumeEvent extends EventBase<"resume"> {
    /** The size of the unread messages, as in `ClientStats`. */
    readonly bytesBuffered: number;
    /** The time since the event `pause`, in milliseconds. */
    readonly duration: number;
}
interface PingEvent extends EventBase<"ping"> {
}
interface PongEvent extends EventBase<"pong"> {
    /** The time from the flush of the ping to its answer, in milliseconds. */
    readonly roundTrip: number;
}
interface MessagePassedEvent extends EventBase<"message"> {
    readonly direction: "in" | "out";
    readonly kind: "text" | "binary";
    /** The size of the payload in bytes, encoded by the codec and not compressed; a text counts as UTF-8. */
    readonly size: number;
}
interface ClosedEvent extends EventBase<"close"> {
    /** The result of `closed`. */
    readonly info: CloseInfo;
    /** The counters of the client at the end. */
    readonly stats: ClientStats;
    /** The time since the event `open`, in milliseconds. */
    readonly lifetime: number;
}
interface RetryEvent extends EventBase<"retry"> {
    /** The pause before the next attempt, in milliseconds. */
    readonly delay: number;
    /** The error that ended the last attempt or connection. */
    readonly error: WsError;
    /** The number of the next attempt. */
    readonly attempt: number;
}
interface LostEvent extends EventBase<"lost"> {
    /** The reason why the messages were lost: see `LostMessage.reason`. */
    readonly reason: LostReason;
    /** The number of lost messages. */
    readonly count: number;
    /** The size of their payloads in bytes; a text counts as UTF-8. */
    readonly bytes: number;
}
/**
 * An event in the life of a connection, for option `observe`. `type` tells the variants apart. An event is frozen, and
 * holds no payload, no header value, no credentials and no query that a log would show: what `details` of an error has
 * of a refusing server's answer is not enumerable.
 *
 * Each `dial` is followed by one `open` or one `dial-failed`, and each `open` by one `close`, which is the last event
 * of its connection. `retry` and `lost` come from reconnecting clients; their `connection` is that of the latest dial.
 */
type ConnectionEvent = DialEvent | OpenEvent | DialFailedEvent | PauseEvent | ResumeEvent | PingEvent | PongEvent | MessagePassedEvent | ClosedEvent | RetryEvent | LostEvent;

/** A proxy with options of its own, for `node.proxy`. */
interface ProxyOptions {
    /**
     * The URL of the proxy: `http:`, `https:`, `socks5:`, `socks5h:`, `socks4:` or `socks4a:`, with credentials if it
     * needs some. The default port is 80 for `http:`, 443 for `https:` and 1080 for the others.
     */
    readonly url: string;
    /**
     * Headers of the CONNECT request. Only the proxy receives them. `Proxy-Authorization` replaces the credentials of
     * the URL. Default: none. `INVALID_OPTION` with a SOCKS proxy.
     */
    readonly headers?: Readonly<Record<string, string>> | Headers;
    /**
     * Options of `tls.connect` for the connection to an `https:` proxy, such as `ca`. They do not apply to the server
     * behind it. Default: none. `INVALID_OPTION` with any other proxy.
     */
    readonly tls?: Readonly<Record<string, unknown>>;
}
/** Options that only Node supports; elsewhere they are `UNSUPPORTED`. */
interface NodeOptions {
    /** An `http.Agent` or `https.Agent`, for a connection pool. Default: none. */
    readonly agent?: object;
    /**
     * The proxy to dial through: its URL, such as `"http://user:password@proxy.example:8080"`, or the URL with
     * options. `"env"`: the proxy that environment variables name, if any (`wss_proxy`, `https_proxy` and `all_proxy`
     * for `wss:`; `ws_proxy`, `http_proxy` and `all_proxy` for `ws:`; `no_proxy` for exceptions). `false`: none.
     * Default: `"env"` if Node itself uses these variables, because of `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`;
     * otherwise none.
     *
     * HTTP proxies get a CONNECT request. SOCKS proxies need the package `socks`; without it the dial is
     * `UNSUPPORTED`. A proxy that refuses is `PROXY_REJECTED`, and one that cannot be reached or hangs up is
     * `DIAL_FAILED`. `lookup`, `family`, `localAddress` and `autoSelectFamily` apply to the connection to the proxy.
     * With `agent`, or with a `socket` in `tls`, the option is `INVALID_OPTION`. `ws+unix:` URLs use no proxy.
     */
    readonly proxy?: string | ProxyOptions | false;
    /**
     * Options of `tls.connect`: `ca`, `cert`, `key`, `rejectUnauthorized`, `servername`, and others. Default:
     * none.
     *
     * If `checkServerIdentity` or `pskCallback` throws, the dial rejects with `DIAL_FAILED`, which is then
     * not retryable. Nothing has been sent, even if `rejectUnauthorized` is false.
     */
    readonly tls?: Readonly<Record<string, unknown>>;
    /**
     * Resolves host names in place of `dns.lookup`, and has the same signature. It may call back
     * synchronously or later, with one address or a list. If there is no IP address of the requested
     * `family`, the dial rejects with `DIAL_FAILED`. Default: `dns.lookup`.
     */
    readonly lookup?: (...args: never[]) => void;
    /** The address family to dial: 4, 6, or 0 for both. Default: 0. */
    readonly family?: 0 | 4 | 6;
    /**
     * True to try the addresses of a host name one after the other, alternating between IPv6 and IPv4, as
     * `net.connect` does. Default: that of Node, which is true.
     */
    readonly autoSelectFamily?: boolean;
    /**
     * The longest time to connect to one address before the next one is tried: milliseconds or a Go duration.
     * Default: a third of the remaining `dialTimeout`, at least 250 ms. At most 2^31-1 ms. 0: the default. Node
     * uses 10 ms for any shorter time.
     */
    readonly autoSelectFamilyAttemptTimeout?: number | string;
    /**
     * The largest header of the handshake response, in bytes: names, values and reason phrase. A larger one
     * rejects the dial with `HANDSHAKE_REJECTED`. Default: 64 KiB. At most 1 MiB. 0: the default.
     */
    readonly maxHeaderSize?: number;
    /** The local IP address to dial from. Default: chosen by the operating system. */
    readonly localAddress?: string;
    /** The `Origin` header of the handshake request. Default: none. */
    readonly origin?: string;
    /**
     * True to follow redirects. Your `headers`, credentials, `origin`, client certificates and server name
     * are not sent to another origin. A redirect to another origin is `URL_FORBIDDEN` with option
     * `protocols`, and so is any redirect from `wss:` to `ws:`. Default: false.
     */
    readonly followRedirects?: boolean;
    /** The largest number of redirects to follow, 0 to 20; one more is `HANDSHAKE_REJECTED`. Default: 5. */
    readonly maxRedirects?: number;
    /**
     * True to receive binary data as a view on the socket's buffer instead of a copy that owns its buffer. This
     * is faster for small messages. But a message that you keep may hold 64 KiB of memory, and you must neither
     * modify nor transfer its `data.buffer`, which other messages share. Default: false.
     */
    readonly binaryViews?: boolean;
}

/** A class with the interface of the W3C `WebSocket`, for option `webSocket`. */
type WebSocketClass = new (url: string, protocols?: string[]) => object;

/** Settings of option `keepAlive`. */
interface KeepAliveOptions {
    /**
     * The longest time without receiving, or without sending, before the peer is pinged: milliseconds or a Go
     * duration. Default: 30 s. At most 2^31-1 ms. 0: the default.
     */
    readonly interval?: Duration | undefined;
    /**
     * The longest time without receiving after the ping was flushed: milliseconds or a Go duration. When it
     * passes, the connection ends with `KEEPALIVE_TIMEOUT`. Default: 10 s. At most 2^31-1 ms. 0: the default.
     */
    readonly timeout?: Duration | undefined;
    /**
     * Returns the message to send in place of a ping; the peer must answer it. It is used where there are no ping
     * frames, as in browsers, and with `prefer: "message"`. Without it, `keepAlive` is `UNSUPPORTED` in browsers. If
     * it throws, or returns a value that cannot be sent, the connection ends with `INVALID_MESSAGE`. Default: none.
     */
    readonly message?: (() => Data) | undefined;
    /**
     * `"message"` sends `message` even where there are ping frames, for servers that count only messages as life;
     * without `message` it is `INVALID_OPTION`. Default: `"ping"`, which sends a ping where there are ping frames.
     */
    readonly prefer?: "ping" | "message" | undefined;
    /**
     * Called with each round trip in milliseconds: from the flush of a ping to its pong, or from sending
     * `message` to the next message received. An exception from it is reported as uncaught. Default: none.
     */
    readonly onPong?: ((roundTrip: number) => void) | undefined;
}

/** A value of option `compression`: a mode of `COMPRESSION`, by number or by name. */
type Compression = CompressionMode | "disabled" | "context_takeover" | "no_context_takeover";
/**
 * Options of `connect`. They are validated and copied when it is called: an unknown or invalid option rejects
 * with `INVALID_OPTION`, and an option that the platform cannot honour with `UNSUPPORTED`, before anything is
 * looked up or sent.
 *
 * A duration is a number of milliseconds or a Go duration such as `"1m30s"`. `0` selects the default for a
 * duration, `readLimit` and `bufferLimit`.
 */
interface ConnectOptions<C extends AnyCodec = Codec> {
    /**
     * Headers of the opening request, in Node. `Authorization` replaces the credentials of the URL. `Host`,
     * `Origin`, `Connection`, `Upgrade`, `Content-Length`, `Transfer-Encoding` and `Sec-WebSocket-*` are
     * rejected with `INVALID_OPTION`, because the handshake sets them. Default: none. In browsers, which cannot
     * send headers, the option is rejected with `UNSUPPORTED`.
     */
    readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
    /**
     * Subprotocols to offer, in order of preference (RFC 6455 section 1.9). The dial fails with
     * `HANDSHAKE_REJECTED` if the server selects none of them, or one that was not offered; with `DIAL_FAILED`
     * where the platform hides the reason, as Chromium does. Default: none.
     */
    readonly protocols?: string | readonly string[] | undefined;
    /**
     * Time limit for opening the connection: policy, name look-up, TCP, TLS, redirects and handshake together.
     * When it passes, the dial fails with `DIAL_TIMEOUT`. Default: 30 s. At most 2^31-1 ms. 0: the default.
     */
    readonly dialTimeout?: Duration | undefined;
    /**
     * The longest silence of the peer. When it passes, the connection ends with `READ_TIMEOUT`. In Node every
     * byte received or sent restarts it; in browsers only a whole message does. It does not run out while the
     * channel is full or a message is partly received: use `keepAlive` to detect a peer that dies in the middle
     * of a message. Default: off. At most 2^31-1 ms. 0: the default.
     */
    readonly readTimeout?: Duration | undefined;
    /**
     * The longest time without progress while sent bytes wait. When it passes, the connection ends with
     * `WRITE_TIMEOUT`. Default: off. At most 2^31-1 ms. 0: the default.
     *
     * In Node, progress means that the peer's system has acknowledged bytes (Linux) or that the local kernel
     * buffer has accepted some. A peer whose kernel buffer is full may acknowledge in steps of about 400 kB: at
     * 50 kB/s it does so once in 8 s, so the timeout must be longer. In browsers, progress is read from
     * `bufferedAmount`; where that is missing, as in React Native, the option is rejected with `UNSUPPORTED`.
     */
    readonly writeTimeout?: Duration | undefined;
    /**
     * The longest wait for the peer's answer to the close frame, and, before the close frame can be sent, the
     * longest time without progress of the bytes ahead of it. Progress counts until the peer's kernel has
     * acknowledged the bytes: a program that then reads them slowly gets no extra time. When it passes, the connection ends, with
     * `WRITE_TIMEOUT` if sent bytes have not left. Default: 5 s. At most 2^31-1 ms. 0: the default.
     */
    readonly closeTimeout?: Duration | undefined;
    /**
     * The mode of permessage-deflate (RFC 7692) to offer: see `COMPRESSION`. Browsers negotiate it
     * themselves and ignore this option. `client.compression` is the mode that was negotiated.
     * Default: `DISABLED`.
     */
    readonly compression?: Compression | undefined;
    /**
     * Messages smaller than this many bytes are sent uncompressed. Browsers ignore this option. Default: 512.
     * 0 to 104857600. 0: every message is compressed.
     */
    readonly compressionThreshold?: number | undefined;
    /**
     * The largest message to receive, in bytes after decompression. A larger one ends the connection with
     * `MESSAGE_TOO_BIG` and close code 1009. Browsers reveal the size only after the whole message has arrived.
     * Default: 16 MiB. At most 1 GiB. 0: the default. In Node, a text of more than about 512 MiB, the longest string
     * of V8, is also `MESSAGE_TOO_BIG`.
     */
    readonly readLimit?: number | undefined;
    /**
     * The number of unread messages at which the channel is full; it is also full at 1 MiB. While it is full,
     * the socket or stream is paused, which slows the server down. Where nothing can be paused, as with a
     * browser's `WebSocket`, further messages also wait in memory, up to `bufferLimit`. Default: 32. 1 to 10000.
     */
    readonly channelCapacity?: number | undefined;
    /**
     * The largest size of all unread messages, in bytes. When it is exceeded, the connection ends with
     * `SLOW_CONSUMER`. Each message counts as its payload plus 64 bytes; the payload of a text counts as
     * 2 x `length`. Default: 64 MiB. 64 KiB to 1 GiB. 0: the default.
     */
    readonly bufferLimit?: number | undefined;
    /**
     * True to discard every message on arrival, for clients that only send. Discarded messages are counted in
     * `client.stats`. The connection is then never paused, and its end is noticed at once; `receive` and iteration wait
     * until the connection ends. Default: false.
     */
    readonly discardIncoming?: boolean | undefined;
    /**
     * High-water mark: `send` waits while this many bytes or more have not left. Default: 256 KiB. 1 B to 1 GiB.
     */
    readonly sendHighWaterMark?: number | undefined;
    /**
     * Cancels the policy check and the dial: `connect` rejects with `ABORTED`. It has no effect on an open connection. Default: none.
     */
    readonly signal?: AbortSignal | undefined;
    /** A policy for this call. If the context has one, both must allow the connection. Default: none. */
    readonly policy?: Policy | undefined;
    /** Passed to the policies with each request. Default: none. */
    readonly meta?: Readonly<Record<string, unknown>> | undefined;
    /**
     * Detects a dead peer, and shows the peer that this side is alive. When nothing was received, or nothing was
     * sent, for `interval`, it sends a ping; where there are no ping frames, as in browsers, it sends
     * `keepAlive.message`. If nothing arrives for `timeout` after the ping was flushed, the connection ends with
     * `KEEPALIVE_TIMEOUT`.
     *
     * While sent bytes wait, their progress counts as a sign of life: use `writeTimeout` to detect a peer that has
     * stopped reading. The keep-alive does not run while the socket is paused for a slow consumer, and it pings at once after this
     * process was suspended. Default: off. `false`: off, even if the context's defaults have it.
     */
    readonly keepAlive?: KeepAliveOptions | false | undefined;
    /**
     * Called with the events of the connection: see {@link ConnectionEvent}. It is called during the operation, after the
     * observer of the context, and should return quickly. An exception from it is reported as uncaught and changes
     * nothing. Default: none.
     */
    readonly observe?: ((event: ConnectionEvent) => void) | undefined;
    /**
     * True to also emit an event for each message, in both directions, to the observers of the call and of the context.
     * Default: false.
     */
    readonly observeMessages?: boolean | undefined;
    /**
     * The way to handle a slow consumer. `"auto"` pauses the socket in Node; a browser's `WebSocket` cannot be
     * paused, so there it is the same as `"buffer"`. `"buffer"` pauses nothing: messages wait up to
     * `bufferLimit`. `"stream"` uses and pauses `WebSocketStream` in browsers that have it; elsewhere it is the
     * same as `"auto"`. Default: `"auto"`.
     *
     * `"stream"` has drawbacks in Chromium. If the peer closes while the stream is paused, messages that the
     * browser holds are lost and the connection ends with `CONNECTION_LOST`. A connection that breaks while a
     * large send waits crashes the page. `writeTimeout` and `closeTimeout` see progress only per message.
     */
    readonly backpressure?: "auto" | "buffer" | "stream" | undefined;
    /**
     * A W3C `WebSocket` class to use in place of the platform's. It is treated as a browser's, so options that a
     * browser cannot honour are rejected with `UNSUPPORTED`. Default: the platform's.
     */
    readonly webSocket?: WebSocketClass | undefined;
    /** Options that only Node has. Elsewhere they are rejected with `UNSUPPORTED`. Default: none. */
    readonly node?: NodeOptions | undefined;
    /**
     * Decodes received messages and encodes sent ones, and determines the types of both: see `wschan/codec`.
     * The message of `keepAlive` is sent without it. Default: none.
     */
    readonly codec?: C | undefined;
}

/**
 * Options of `createContext`. An unknown or invalid option throws `INVALID_OPTION`, and an option that the
 * platform cannot honour throws `UNSUPPORTED`.
 */
interface ContextOptions {
    /**
     * Called for every connection of the context, and for each redirect. Default: none; every URL is
     * allowed.
     */
    readonly policy?: Policy | undefined;
    /** The acting user or service, passed to the policies with each request. Default: none. */
    readonly actor?: unknown;
    /**
     * Passed to the policies with each request. The `meta` of a call is merged over it. Default: none.
     */
    readonly meta?: Readonly<Record<string, unknown>> | undefined;
    /**
     * Options for every connection, which the options of a call override; those of `node` one by one. `policy`, `signal`, `codec` and `observe` are
     * rejected here with `INVALID_OPTION`. Default: none.
     */
    readonly defaults?: Omit<ConnectOptions, "policy" | "signal" | "codec" | "observe"> | undefined;
    /**
     * Called with the events of every connection of the context, before the observer of the call: see
     * {@link ConnectOptions.observe}. Default: none.
     */
    readonly observe?: ((event: ConnectionEvent) => void) | undefined;
    /** The default of option `observeMessages` of a call. Default: false. */
    readonly observeMessages?: boolean | undefined;
    /**
     * True to deny every connection with `CONNECT_FORBIDDEN` if the context has no `policy`. Default: false.
     */
    readonly strict?: boolean | undefined;
    /**
     * Denies, in Node, connections to addresses outside the public internet: loopback, private, link-local,
     * unique-local, carrier-grade NAT, multicast, reserved and documentation blocks, 6to4, Teredo, the metadata
     * services of clouds, and all of these embedded in IPv6 addresses (mapped, NAT64). The dial fails with
     * `URL_FORBIDDEN`, whose message names the address. These are checked:
     *
     * - the host in the URL, in every notation, and names of this machine such as `localhost`, before anything
     *   is looked up;
     * - every address that the look-up (`node.lookup` or Node's own) returns: a name with one private address
     *   is denied, even if it also has public ones;
     * - the address of the established connection, before the request or the first TLS message is sent;
     * - the same for each redirect.
     *
     * `allow` lists exceptions: addresses, CIDR blocks, and host names as written in the URL; such a name may
     * resolve to any address. The host `localhost` is checked as `127.0.0.1`. Any other entry is
     * rejected with `INVALID_OPTION`.
     *
     * No option of a call can weaken the check. `node.agent`, `node.tls.socket`, `webSocket` and `ws+unix:` URLs
     * would bypass it, so they are rejected with `UNSUPPORTED`; in browsers, `denyPrivateNetworks` itself is. From `node.tls`, only
     * options that concern TLS are used.
     *
     * It cannot detect that a public address belongs to your own network (a public block that you use, a NAT64
     * prefix other than `64:ff9b::/96`, or a router that forwards), or that a public server forwards to it. It
     * checks addresses, not ports: use a policy for those.
     *
     * Default: false.
     */
    readonly denyPrivateNetworks?: boolean | {
        readonly allow: readonly string[];
    } | undefined;
    /** Closes the context when it aborts. Default: none. */
    readonly signal?: AbortSignal | undefined;
}

/**
 * A policy and defaults, and the connections that were opened with them. Closing the context cancels pending
 * dials, which fail with `NO_CONTEXT`, and closes its connections.
 */
declare class Context {
    #private;
    /** Resolves when the context has been closed and the last of its connections has ended. */
    readonly closed: Promise<void>;
    /**
     * Opens a connection whose messages go through a codec, with this context's policy and defaults. Parameters,
     * result and errors are those of `connect`.
     */
    connect<C extends AnyCodec>(url: string | URL, options: ConnectOptions<C> & {
        readonly codec: C;
    }): Promise<Client<Decoded<C>, Encoded<C>>>;
    /**
     * Opens a connection with this context's policy and defaults. Parameters, result and errors are those of
     * `connect`.
     */
    connect(url: string | URL, options?: ConnectOptions): Promise<Client>;
    /** Returns the connection with this `id`. Throws `UNKNOWN_CONNECTION` if there is none, or it has ended. */
    connection(id: string): Client;
    /** A snapshot of the connections that have not ended. */
    get connections(): readonly Client[];
    /**
     * Closes the context: pending dials fail with `NO_CONTEXT`, and connections are closed with this code and
     * reason. Resolves when all have ended. Another call returns the same promise.
     *
     * @param code As for {@link Client.close}; default 1001.
     * @param reason As for {@link Client.close}; default `""`.
     *
     * Rejects with `INVALID_CLOSE` for an invalid code or reason, and nothing is closed.
     */
    close(code?: number, reason?: string): Promise<void>;
    /** Same as `close()`, for `await using`, on platforms that have the symbol. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** The type of `connect`. */
interface Connect {
    /**
     * Opens a WebSocket connection whose messages go through a codec: with `codec: json()` the client receives
     * and sends values.
     *
     * The policy is evaluated first: no name is looked up and no byte is sent before it has allowed the URL.
     * Policy, name look-up, TCP, TLS and handshake share one deadline, `dialTimeout`.
     *
     * Rejects with `INVALID_URL`, `INVALID_OPTION`, `UNSUPPORTED`, `NO_CONTEXT`, `CONNECT_FORBIDDEN`,
     * `URL_FORBIDDEN`, `DIAL_FAILED`, `DIAL_TIMEOUT`, `HANDSHAKE_REJECTED`, `PROXY_REJECTED` or `ABORTED`.
     *
     * @param url A `ws:`, `wss:`, `http:` or `https:` URL; in Node also `ws+unix:` or `wss+unix:`; in a page also
     * a relative URL. In Node, credentials in it become Basic authorization.
     * @param options See {@link ConnectOptions}; `codec` determines the types of the client.
     * @returns The open client. Messages wait in its channel from the moment the connection opened.
     */
    <C extends AnyCodec>(url: string | URL, options: ConnectOptions<C> & {
        readonly codec: C;
    }): Promise<Client<Decoded<C>, Encoded<C>>>;
    /**
     * Opens a WebSocket connection.
     *
     * The policy is evaluated first: no name is looked up and no byte is sent before it has allowed the URL.
     * Policy, name look-up, TCP, TLS and handshake share one deadline, `dialTimeout`.
     *
     * ```ts
     * const client = await connect("wss://api.example.com/feed", { dialTimeout: "10s" });
     * await client.send("hello");
     * for await (const message of client) console.log(message.data);
     * ```
     *
     * Rejects with `INVALID_URL`, `INVALID_OPTION`, `UNSUPPORTED`, `NO_CONTEXT`, `CONNECT_FORBIDDEN`,
     * `URL_FORBIDDEN`, `DIAL_FAILED`, `DIAL_TIMEOUT`, `HANDSHAKE_REJECTED`, `PROXY_REJECTED` or `ABORTED`.
     *
     * @param url A `ws:`, `wss:`, `http:` or `https:` URL; in Node also `ws+unix:` or `wss+unix:`; in a page also
     * a relative URL. In Node, credentials in it become Basic authorization.
     * @param options See {@link ConnectOptions}.
     * @returns The open client. Messages wait in its channel from the moment the connection opened.
     */
    (url: string | URL, options?: ConnectOptions): Promise<Client>;
}
/** The type of `createContext`. */
interface CreateContext {
    /**
     * Creates a {@link Context}: a policy and defaults for its connections, which are closed together.
     *
     * Throws `INVALID_OPTION` or `UNSUPPORTED`.
     *
     * @param options See {@link ContextOptions}.
     */
    (options?: ContextOptions): Context;
}

/** Options of {@link select}. */
interface SelectOptions extends WaitOptions {
    /**
     * True for Go's `default` case: if no case is ready, `select` does not wait but resolves with `index: -1`.
     * Default: false.
     */
    readonly default?: boolean | undefined;
}
type AnyCase = Case<any, any>;
type IndexOf<K> = K extends `${infer I extends number}` ? I : number;
type Outcome<I, C, R> = R extends ReceiveResult<unknown> ? {
    readonly index: I;
    readonly channel: C;
} & R : {
    readonly index: I;
    readonly channel: C;
    readonly ok: true;
    readonly value: undefined;
};
type CaseResult<I, K> = K extends Case<infer C, infer R> ? Outcome<I, C, R> : never;
/** The result of a {@link select} with `default: true` and no ready case. */
interface DefaultResult {
    readonly default: true;
    readonly index: -1;
    readonly ok: false;
    readonly channel: undefined;
    readonly value: undefined;
}
/**
 * The result of a {@link select}: a union over its cases, discriminated by the literal type of `index`. A
 * receive has `ok` and `value`; a send has `ok: true`.
 *
 * @typeParam C The type of the list of cases.
 * @typeParam O The type of the options; with `default: true` the union includes {@link DefaultResult}.
 */
type SelectResult<C extends readonly unknown[], O = unknown> = (number extends C["length"] ? CaseResult<number, C[number]> : {
    [K in keyof C & `${number}`]: CaseResult<IndexOf<K>, C[K]>;
}[keyof C & `${number}`]) | (O extends {
    readonly default: false;
} ? never : O extends {
    readonly default: boolean;
} ? DefaultResult : never);
/**
 * Waits until one of the cases can proceed and runs exactly that one, like Go's `select`. If several are
 * ready, it chooses one at random, each with the same probability, so that none starves. The other cases
 * have no effect. If the select times out or is aborted, it has neither received nor sent a value.
 *
 * Rejects with `CHANNEL_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and with
 * `CHANNEL_CLOSED` if the chosen case sends on a closed channel.
 *
 * @param cases The cases, created by `caseReceive()` and `caseSend()`. An empty list is `INVALID_OPTION`
 * unless `default` or `timeout` is set, because the select could never resolve.
 * @param options `default` (false by default), `timeout` (milliseconds or a Go duration, for ever by
 * default) and `signal`.
 * @returns The outcome, with the `index` and `channel` of its case.
 *
 * @see https://go.dev/ref/spec#Select_statements
 */
declare function select<const C extends readonly AnyCase[], const O extends SelectOptions = Record<never, never>>(cases: C, options?: O): Promise<SelectResult<C, O>>;

/**
 * Returns a channel on which one value arrives after `delay`: the time at which it was due. The channel is
 * not closed afterwards.
 *
 * A timer runs only while a receiver waits, so that a channel that is no longer used costs nothing and does
 * not keep the process alive.
 *
 * Throws `INVALID_DURATION`.
 *
 * @param delay Milliseconds or a Go duration, from 0 to 292 years.
 *
 * @see https://pkg.go.dev/time#After
 */
declare function after(delay: Duration): ReceiveChannel<Date>;
/** A channel with a tick every period, as Go's `time.Ticker`; created by {@link ticker}. */
interface Ticker {
    /** The channel of the ticks. It buffers one tick, and drops further ones until that is received. */
    readonly channel: ReceiveChannel<Date>;
    /**
     * Restarts the ticker with another period. The next tick arrives one period from now; an unread tick is
     * discarded. Throws `INVALID_DURATION`, or `CHANNEL_CLOSED` after `stop`.
     *
     * @param period As for {@link ticker}.
     */
    reset(period: Duration): void;
    /** Stops the ticker, discards an unread tick and closes the channel. A second call has no effect. */
    stop(): void;
}
/**
 * Creates a ticker, with a channel on which a tick arrives every `period`: the time at which it was due. If
 * several ticks are missed, only the first of them arrives; the following ones are due at multiples of the
 * period, as before.
 *
 * A timer runs only while a receiver waits, so that a ticker that is no longer used costs nothing and does
 * not keep the process alive, even if it is not stopped.
 *
 * Throws `INVALID_DURATION`.
 *
 * @param period Milliseconds or a Go duration, more than 0, up to 292 years. Less than 1 ms counts as 1 ms.
 *
 * @see https://pkg.go.dev/time#NewTicker
 */
declare function ticker(period: Duration): Ticker;

/**
 * The status codes of close frames by name (RFC 6455 section 7.4.1 and the IANA registry).
 *
 * @see https://www.iana.org/assignments/websocket/websocket.xhtml
 */
declare const CLOSE_CODES: {
    readonly NORMAL: 1000;
    readonly GOING_AWAY: 1001;
    readonly PROTOCOL_ERROR: 1002;
    readonly UNSUPPORTED_DATA: 1003;
    readonly RESERVED: 1004;
    readonly NO_STATUS: 1005;
    readonly ABNORMAL_CLOSURE: 1006;
    readonly INVALID_PAYLOAD: 1007;
    readonly POLICY_VIOLATION: 1008;
    readonly MESSAGE_TOO_BIG: 1009;
    readonly MANDATORY_EXTENSION: 1010;
    readonly INTERNAL_ERROR: 1011;
    readonly SERVICE_RESTART: 1012;
    readonly TRY_AGAIN_LATER: 1013;
    readonly BAD_GATEWAY: 1014;
    readonly TLS_HANDSHAKE: 1015;
};

/**
 * Creates a policy from rules. A request is denied if any deny rule applies, or if no allow rule applies.
 * The rules are validated and copied when this is called.
 *
 * The parts of a pattern in `resources` are compared with the parts of the URL, never the text as a whole:
 *
 * - Scheme: `ws` or `wss`; `http` and `https` are equivalent to them.
 * - Host: an exact name; `*.example.com` for all names with one or more labels before `example.com`, but
 *   not for `example.com` itself; or `*`. One trailing dot is ignored. IP addresses are compared by value:
 *   an IPv4-mapped IPv6 address (`[::ffff:10.0.0.1]`) equals its IPv4 address. For a deny rule this is also
 *   true of the other IPv6 addresses that contain an IPv4 address: NAT64 (`64:ff9b::/96`), 6to4,
 *   IPv4-translated and IPv4-compatible ones.
 * - Port: an exact number; `:*` for any port; without a port, the default port of the scheme.
 * - Path: an exact, case-sensitive path, in which `*` matches any number of characters, including `/`. A
 *   pattern that ends after the host or port matches any path. A percent-encoded character (`%61`) matches
 *   the character. A path with an encoded slash, backslash or NUL (`%2f`, `%5c`, `%00`) is ambiguous:
 *   every deny rule with the same scheme, host and port applies to it, and no allow rule with a path does.
 * - Query: ignored unless the pattern has a query, which may contain `*`.
 *
 * The pattern `"*"`, which is also the default, matches every `ws:` and `wss:` URL in an allow rule, and
 * every URL in a deny rule. Only a pattern such as `"ws+unix:///run/app.sock[:/path][?query]"` allows a
 * `ws+unix:` or `wss+unix:` URL; without a request path, it matches every path.
 *
 * A rule whose `actions` cover both actions, as `"*"` does, is also evaluated for `websocket.connect`: its
 * `when` is called without a `url`. A deny rule for certain URLs does not apply there, because the policy is
 * asked about the URL next.
 *
 * Throws a {@link WsError} `INVALID_OPTION`, whose message contains the invalid field, such as
 * `rules[1].effect`.
 *
 * @param rules The rules, in any order. An empty list denies everything.
 */
declare function definePolicy(rules: readonly PolicyRule[]): Policy;

/** The names that every entry of the package exports, by layer. */

type shared_AnyCodec = AnyCodec;
declare const shared_BINARY: typeof BINARY;
type shared_Backpressure = Backpressure;
type shared_BinaryMessage = BinaryMessage;
declare const shared_CLOSE_CODES: typeof CLOSE_CODES;
declare const shared_COMPRESSION: typeof COMPRESSION;
type shared_Case<C, R> = Case<C, R>;
type shared_Channel<T> = Channel<T>;
declare const shared_Channel: typeof Channel;
type shared_Client<In = Message, Out = Data> = Client<In, Out>;
declare const shared_Client: typeof Client;
type shared_ClientLike<In = Message, Out = Data> = ClientLike<In, Out>;
type shared_ClientStats = ClientStats;
type shared_CloseInfo = CloseInfo;
type shared_Codec<In = Message, Out = Data> = Codec<In, Out>;
type shared_Compression = Compression;
type shared_CompressionMode = CompressionMode;
type shared_Connect = Connect;
type shared_ConnectOptions<C extends AnyCodec = Codec> = ConnectOptions<C>;
type shared_ConnectionEvent = ConnectionEvent;
type shared_Context = Context;
declare const shared_Context: typeof Context;
type shared_ContextOptions = ContextOptions;
type shared_CreateContext = CreateContext;
type shared_Data = Data;
type shared_Decode<In> = Decode<In>;
type shared_Decoded<C extends AnyCodec> = Decoded<C>;
type shared_DefaultResult = DefaultResult;
type shared_Duration = Duration;
type shared_Encoded<C extends AnyCodec> = Encoded<C>;
type shared_ErrorCode = ErrorCode;
type shared_ErrorDetails = ErrorDetails;
type shared_ErrorInit = ErrorInit;
type shared_ErrorKind = ErrorKind;
type shared_Handshake = Handshake;
type shared_KeepAliveOptions = KeepAliveOptions;
type shared_LostReason = LostReason;
type shared_Message = Message;
type shared_MessagesOptions = MessagesOptions;
type shared_NodeOptions = NodeOptions;
type shared_PingOptions = PingOptions;
type shared_Policy = Policy;
type shared_PolicyAction = PolicyAction;
type shared_PolicyRequest = PolicyRequest;
type shared_PolicyRule = PolicyRule;
type shared_ProxyOptions = ProxyOptions;
type shared_ReceiveCase<T, C = ReceiveChannel<T>> = ReceiveCase<T, C>;
type shared_ReceiveChannel<T> = ReceiveChannel<T>;
declare const shared_ReceiveChannel: typeof ReceiveChannel;
type shared_ReceiveResult<T> = ReceiveResult<T>;
type shared_SelectOptions = SelectOptions;
type shared_SelectResult<C extends readonly unknown[], O = unknown> = SelectResult<C, O>;
type shared_SendCase<T, C = Channel<T>> = SendCase<T, C>;
type shared_SendOptions = SendOptions;
declare const shared_TEXT: typeof TEXT;
declare const shared_TYPE_BINARY: typeof TYPE_BINARY;
declare const shared_TYPE_CLOSE: typeof TYPE_CLOSE;
declare const shared_TYPE_PING: typeof TYPE_PING;
declare const shared_TYPE_PONG: typeof TYPE_PONG;
declare const shared_TYPE_TEXT: typeof TYPE_TEXT;
type shared_TextMessage = TextMessage;
type shared_Ticker = Ticker;
type shared_WaitOptions = WaitOptions;
type shared_WebSocketClass = WebSocketClass;
type shared_WsError = WsError;
declare const shared_WsError: typeof WsError;
declare const shared_after: typeof after;
declare const shared_definePolicy: typeof definePolicy;
declare const shared_errors: typeof errors;
declare const shared_parseDuration: typeof parseDuration;
declare const shared_select: typeof select;
declare const shared_ticker: typeof ticker;
declare namespace shared {
  export { shared_BINARY as BINARY, shared_CLOSE_CODES as CLOSE_CODES, shared_COMPRESSION as COMPRESSION, shared_Channel as Channel, type shared_Client as Client, type shared_Context as Context, shared_ReceiveChannel as ReceiveChannel, shared_TEXT as TEXT, shared_TYPE_BINARY as TYPE_BINARY, shared_TYPE_CLOSE as TYPE_CLOSE, shared_TYPE_PING as TYPE_PING, shared_TYPE_PONG as TYPE_PONG, shared_TYPE_TEXT as TYPE_TEXT, shared_WsError as WsError, shared_after as after, shared_definePolicy as definePolicy, shared_errors as errors, shared_parseDuration as parseDuration, shared_select as select, shared_ticker as ticker };
  export type { shared_AnyCodec as AnyCodec, shared_Backpressure as Backpressure, shared_BinaryMessage as BinaryMessage, shared_Case as Case, shared_ClientLike as ClientLike, shared_ClientStats as ClientStats, shared_CloseInfo as CloseInfo, shared_Codec as Codec, shared_Compression as Compression, shared_CompressionMode as CompressionMode, shared_Connect as Connect, shared_ConnectOptions as ConnectOptions, shared_ConnectionEvent as ConnectionEvent, shared_ContextOptions as ContextOptions, shared_CreateContext as CreateContext, shared_Data as Data, shared_Decode as Decode, shared_Decoded as Decoded, shared_DefaultResult as DefaultResult, shared_Duration as Duration, shared_Encoded as Encoded, shared_ErrorCode as ErrorCode, shared_ErrorDetails as ErrorDetails, shared_ErrorInit as ErrorInit, shared_ErrorKind as ErrorKind, shared_Handshake as Handshake, shared_KeepAliveOptions as KeepAliveOptions, shared_LostReason as LostReason, shared_Message as Message, shared_MessagesOptions as MessagesOptions, shared_NodeOptions as NodeOptions, shared_PingOptions as PingOptions, shared_Policy as Policy, shared_PolicyAction as PolicyAction, shared_PolicyRequest as PolicyRequest, shared_PolicyRule as PolicyRule, shared_ProxyOptions as ProxyOptions, shared_ReceiveCase as ReceiveCase, shared_ReceiveResult as ReceiveResult, shared_SelectOptions as SelectOptions, shared_SelectResult as SelectResult, shared_SendCase as SendCase, shared_SendOptions as SendOptions, shared_TextMessage as TextMessage, shared_Ticker as Ticker, shared_WaitOptions as WaitOptions, shared_WebSocketClass as WebSocketClass };
}

declare const connect: Connect;
declare const createContext: CreateContext;
/** Everything this package exports, under one name. */
declare const websocket: typeof shared & {
    readonly connect: Connect;
    readonly createContext: CreateContext;
};

export { BINARY, CLOSE_CODES, COMPRESSION, Channel, type Client, type Context, ReceiveChannel, TEXT, TYPE_BINARY, TYPE_CLOSE, TYPE_PING, TYPE_PONG, TYPE_TEXT, WsError, after, connect, createContext, websocket as default, definePolicy, errors, parseDuration, select, ticker };
export type { AnyCodec, Backpressure, BinaryMessage, Case, ClientLike, ClientStats, CloseInfo, Codec, Compression, CompressionMode, Connect, ConnectOptions, ConnectionEvent, ContextOptions, CreateContext, Data, Decode, Decoded, DefaultResult, Duration, Encoded, ErrorCode, ErrorDetails, ErrorInit, ErrorKind, Handshake, KeepAliveOptions, LostReason, Message, MessagesOptions, NodeOptions, PingOptions, Policy, PolicyAction, PolicyRequest, PolicyRule, ProxyOptions, ReceiveCase, ReceiveResult, SelectOptions, SelectResult, SendCase, SendOptions, TextMessage, Ticker, WaitOptions, WebSocketClass };
