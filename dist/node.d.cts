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

/**
 * What kind of failure a {@link WsError} is, for code that decides by class and not by case. A kind's
 * value is its name.
 */
type ErrorKind = "NOT_FOUND" | "ALREADY_EXISTS" | "INVALID" | "PERMISSION_DENIED" | "UNAVAILABLE" | "INTERNAL" | "CANCELED" | "CONFLICT" | "TIMEOUT" | "RATE_LIMITED" | "UNSUPPORTED" | "UNKNOWN";
/** The stable name of a failure. README lists each code with its kind and when it is seen. */
type ErrorCode = "CONNECT_FORBIDDEN" | "URL_FORBIDDEN" | "NO_CONTEXT" | "UNKNOWN_CONNECTION" | "INVALID_URL" | "INVALID_OPTION" | "INVALID_DURATION" | "INVALID_MESSAGE" | "INVALID_CLOSE" | "CHANNEL_CLOSED" | "UNSUPPORTED" | "DIAL_FAILED" | "DIAL_TIMEOUT" | "HANDSHAKE_REJECTED" | "ABORTED" | "READ_TIMEOUT" | "WRITE_TIMEOUT" | "KEEPALIVE_TIMEOUT" | "PING_TIMEOUT" | "SEND_TIMEOUT" | "FLUSH_TIMEOUT" | "RECEIVE_TIMEOUT" | "CHANNEL_TIMEOUT" | "MESSAGE_TOO_BIG" | "SLOW_CONSUMER" | "QUEUE_FULL" | "PROTOCOL_ERROR" | "CLOSED" | "CONNECTION_LOST" | "CLOSED_BY_PEER";

/** The facts behind a {@link WsError}, by name. Which ones are there depends on its `code`. */
interface ErrorDetails {
    /** `DIAL_FAILED`: the platform hides the reason, as browsers do. */
    readonly opaque?: boolean;
    /** `HANDSHAKE_REJECTED`: the HTTP status. */
    readonly status?: number;
    /** `HANDSHAKE_REJECTED`: the text after the status, as the server wrote it. */
    readonly statusText?: string;
    /** `HANDSHAKE_REJECTED`: the response's headers, names in lower case. Not enumerable: logs do not show it. */
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    /**
     * `HANDSHAKE_REJECTED`: the start of the response's body, at most 64 KiB, as UTF-8. A body in gzip,
     * deflate or brotli is decompressed, as far as it is intact; one in any other `Content-Encoding` is `""`.
     * Not enumerable: logs do not show it.
     */
    readonly body?: string;
    /** `HANDSHAKE_REJECTED`: how long the server's `Retry-After` asks to wait, in milliseconds. */
    readonly retryAfter?: number;
    /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: the limit that was crossed, in bytes. */
    readonly limit?: number;
    /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: what crossed it, in bytes, where it is known. */
    readonly size?: number;
    /** `INVALID_MESSAGE` and `MESSAGE_TOO_BIG` of option `codec`: the codec that found it. */
    readonly codec?: string;
    /** `INVALID_MESSAGE` of option `codec`: the byte of the message at which it went wrong. */
    readonly position?: number;
    /** `CLOSED_BY_PEER`: the code of the peer's close frame. */
    readonly closeCode?: number;
    /** `CLOSED_BY_PEER`: the reason in the peer's close frame, as the peer wrote it. */
    readonly reason?: string;
}
/** What a {@link WsError} is made of beside its code and message. */
interface ErrorInit {
    /** Overrides the code's own kind. */
    readonly kind?: ErrorKind;
    /** Overrides the code's own `retryable`. */
    readonly retryable?: boolean;
    readonly details?: ErrorDetails;
    readonly cause?: unknown;
}
/**
 * The one class of error this package throws and rejects with, on every platform.
 *
 * Tell errors apart by `code` (the case) or `kind` (the class); messages are for people and may change.
 * They begin with the operation that failed and show a URL as origin and path, since queries and
 * credentials are secrets. They show no payload and no text of an option, and escape control characters;
 * what a peer said stands unchanged in `details`.
 */
declare class WsError extends Error {
    /** The stable name of the failure. */
    readonly code: ErrorCode;
    /** The class of failure. */
    readonly kind: ErrorKind;
    /** Whether the same call may succeed later, unchanged. */
    readonly retryable: boolean;
    /** The facts behind the failure; empty where there are none. */
    readonly details: ErrorDetails;
    constructor(code: ErrorCode, message: string, init?: ErrorInit);
    get name(): string;
    /**
     * Whether `value` is a `WsError`, of this copy of the package or of another one in the process, where
     * `instanceof` would say no.
     */
    static is(value: unknown): value is WsError;
}
/**
 * The kinds of error by name, and `is` to test for one: `errors.is(error, errors.TIMEOUT)`.
 */
declare const errors: {
    readonly [K in ErrorKind]: K;
} & {
    /** Whether `error` is a {@link WsError} of this kind. False for anything else. */
    is(error: unknown, kind: ErrorKind): error is WsError;
};

/**
 * A length of time: a number of milliseconds, or a string as Go's `time.ParseDuration` reads it,
 * such as `"300ms"` or `"1h15m30.5s"`. What {@link parseDuration} accepts.
 */
type Duration = number | string;
/**
 * The milliseconds of a duration, fractions kept: `"5ns"` is 0.000005.
 *
 * A number is milliseconds. A string follows Go's `time.ParseDuration`: an optional sign, then
 * `"0"` or one or more decimal numbers, each with a unit: `ns`, `us` (or `µs`), `ms`, `s`, `m`,
 * `h`.
 *
 * Throws a {@link WsError} `INVALID_DURATION` for anything else, for NaN, for a negative duration,
 * and for one longer than Go's largest, `2562047h47m16.854775807s` (292 years).
 */
declare function parseDuration(value: Duration): number;

/** How long a wait may take, and what else ends it. */
interface WaitOptions {
    /**
     * The longest wait: milliseconds or a Go duration. `0` does not wait at all. Default: for ever.
     */
    readonly timeout?: Duration | undefined;
    /** Ends the wait with `ABORTED`, its reason as the cause. Nothing that was waited for is lost. */
    readonly signal?: AbortSignal | undefined;
}

/** What a receive yields: a value, or `ok: false` once the channel is closed and drained. */
type ReceiveResult<T> = {
    readonly ok: true;
    readonly value: T;
} | {
    readonly ok: false;
    readonly value: undefined;
};

/** Options of an iteration. */
interface MessagesOptions {
    /** Ends the iteration with `ABORTED`, its reason as the cause. Default: none. */
    readonly signal?: AbortSignal | undefined;
}

/**
 * One way out of a {@link select}: what it waits for, and with which channel. All but `channel` is for
 * `select` to call.
 */
interface Case<C, R> {
    /** The channel the case belongs to. */
    readonly channel: C;
    /** Makes it happen, if it can happen now. */
    attempt(): R | undefined;
    /** Waits until it happens; `done` gets the outcome. Returns what ends the wait without one. */
    park(done: (outcome: R) => void): () => void;
}
/** A case of {@link select} that receives; made by `caseReceive`. */
type ReceiveCase<T, C = ReceiveChannel<T>> = Case<C, ReceiveResult<T>>;
/** A case of {@link select} that sends; made by `caseSend`. Its outcome says whether the value was sent. */
type SendCase<T, C = Channel<T>> = Case<C, boolean>;
/** The receiving half of a channel: nobody who holds it can close or feed the channel. */
declare class ReceiveChannel<T> {
    #private;
    /** Handed out by clients and timers; to make a channel of your own, make a {@link Channel}. */
    protected constructor(queue: object);
    /** How many values wait in the channel, at most `capacity`. */
    get length(): number;
    /** How many values the channel holds before a sender waits. */
    get capacity(): number;
    /** Whether it takes no more values. What it holds can still be received. */
    get closed(): boolean;
    /**
     * Receives the next value, waiting for one if need be; `ok: false` once the channel is closed and
     * drained. A receive that is cancelled or too late has taken nothing.
     *
     * Rejects with `RECEIVE_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
     */
    receive(options?: WaitOptions): Promise<ReceiveResult<T>>;
    /** Receives the next value if that needs no waiting; `undefined` otherwise. */
    tryReceive(): ReceiveResult<T> | undefined;
    /** A case of {@link select} that receives from this channel. It may be used again and again. */
    caseReceive(): ReceiveCase<T, this>;
    /**
     * Iterates over the values until the channel is closed and drained. Leaving the loop leaves the channel
     * open. A `return()` ends a pending `next()` with `done: true`, and no value is lost.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined>;
    /**
     * As iterating over the channel itself; `signal` ends it with `ABORTED`, and no value is lost.
     *
     * Throws `INVALID_OPTION`.
     */
    messages(options?: MessagesOptions): AsyncIterableIterator<T, undefined>;
}
/**
 * A channel as in Go: values pass from senders to receivers in order, each to one of them. With a
 * capacity, that many wait in it before a sender has to; without one, sender and receiver meet.
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
declare class Channel<T> extends ReceiveChannel<T> {
    #private;
    /**
     * `capacity` is how many values wait before a sender does: 0 (the default, a rendezvous) to 2^32-1.
     * Throws `INVALID_OPTION`.
     */
    constructor(capacity?: number);
    /**
     * Sends a value, waiting for room or a receiver if need be. A send that is cancelled or too late has
     * sent nothing.
     *
     * Rejects with `CHANNEL_CLOSED` (also when the channel closes while it waits), `CHANNEL_TIMEOUT`,
     * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
     */
    send(value: T, options?: WaitOptions): Promise<void>;
    /** Sends a value if that needs no waiting, and says whether it did. Throws `CHANNEL_CLOSED`. */
    trySend(value: T): boolean;
    /**
     * A case of {@link select} that sends this value. On a closed channel it is ready, and rejects with
     * `CHANNEL_CLOSED`. It may be used again and again.
     */
    caseSend(value: T): SendCase<T, this>;
    /**
     * Closes the channel: no more can be sent; what it holds can still be received. Senders that wait get
     * `CHANNEL_CLOSED`. Closing twice is fine.
     */
    close(): void;
}

/** How a connection ended: what {@link Client.closed} settles with. */
interface CloseInfo {
    /** The code asked for by a local close, the peer's, 1005 where it sent none, 1006 without a handshake. */
    readonly code: number;
    readonly reason: string;
    /** Whether both close frames were exchanged and nothing that was sent had to be dropped. */
    readonly clean: boolean;
    /** Who ended it: this side, the peer's close frame, or nobody (the connection was lost). */
    readonly by: "local" | "peer" | "none";
    /** The code that went out, where this side closed and could still say so. */
    readonly sentCode?: number;
    /** Why it ended, unless that was a normal end; the peer's normal end is one even if it took not all. */
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
/** The name of a ping frame (RFC 6455 section 5.5.2). */
declare const TYPE_PING = "ping";
/** The name of a pong frame (RFC 6455 section 5.5.3). */
declare const TYPE_PONG = "pong";
/** The name of a close frame (RFC 6455 section 5.5.1). */
declare const TYPE_CLOSE = "close";
/**
 * The modes of option `compression` (permessage-deflate, RFC 7692): off, one context for all messages
 * of a direction, or a fresh context for each message.
 */
declare const COMPRESSION: {
    readonly DISABLED: 0;
    readonly CONTEXT_TAKEOVER: 1;
    readonly NO_CONTEXT: 2;
};
/** A value of {@link COMPRESSION}. */
type CompressionMode = 0 | 1 | 2;

/**
 * One message as the channel hands it out. Binary data is always a plain `Uint8Array` that owns its
 * buffer, never a `Buffer` or a `Blob`, so it may be kept, changed or transferred.
 */
type Message = TextMessage | BinaryMessage;
/** A text message. */
interface TextMessage {
    readonly type: "text";
    /**
     * The text. Of a {@link Message} it is a string only after `if (message.type === "text")`. If all messages
     * are JSON, give `connect` the option `codec: json()` of `wschan/codec` and receive the values instead.
     */
    readonly data: string;
}
/** A binary message. */
interface BinaryMessage {
    readonly type: "binary";
    /** The bytes. Of a {@link Message} they are bytes only after `if (message.type === "binary")`. */
    readonly data: Bytes;
}
/** `Uint8Array<ArrayBuffer>`, or `Uint8Array` before TypeScript 5.7, which has no type parameter for it. */
type Bytes = ReturnType<Uint8Array["slice"]>;
/** Data of a message to send. */
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
 * The members that a `Client` and a reconnecting client share. Declare it as the type of a parameter, and
 * tests may pass an object of their own; `new Channel()` can serve as its channel.
 */
interface ClientLike<In = Message, Out = Data> extends AsyncIterable<In> {
    /** Settles once, when the connection has ended, with how it ended. Never rejects. */
    readonly closed: Promise<CloseInfo>;
    /** The messages as a WHATWG stream. */
    readonly readable: ReadableStream<In>;
    /** A WHATWG stream that sends what is written. */
    readonly writable: WritableStream<Out>;
    /** Returns the channel on which messages arrive. */
    channel(): ReceiveChannel<In>;
    /** Receives the next message, waiting for one if need be. */
    receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
    /** Receives the next message if that needs no waiting; returns `undefined` otherwise. */
    tryReceive(): ReceiveResult<In> | undefined;
    /** Iterates over the messages until the connection ends. */
    messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
    [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
    /** Sends one message. */
    send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
    /** Settles when all that was sent has been handed to the operating system. */
    flush(options?: WaitOptions): Promise<void>;
    /** Sends a ping frame and resolves with the round trip in milliseconds. */
    ping(options?: WaitOptions): Promise<number>;
    /** Closes the connection; resolves with how it ended. */
    close(code?: number, reason?: string): Promise<CloseInfo>;
    /** Ends the connection now, without a closing handshake. */
    terminate(): void;
    [Symbol.asyncDispose](): Promise<void>;
}

/** What a {@link Client} has received and sent so far, and what waits in it. */
interface ClientStats {
    readonly messagesReceived: number;
    readonly messagesSent: number;
    /** Payloads of received messages, in bytes. */
    readonly bytesReceived: number;
    /** Payloads of sent messages, in bytes. */
    readonly bytesSent: number;
    /** What unread messages hold: payload + 64 bytes each, a text's payload at 2 x `length`. */
    readonly bytesBuffered: number;
    /** How often reading was paused because the consumer was slow. */
    readonly timesPaused: number;
    /** The latest round trip of a ping or of option `keepAlive`, in milliseconds; at first `undefined`. */
    readonly roundTrip: number | undefined;
}

/** The public face of a connection. It is long because each public member is documented here. */

declare global {
    interface SymbolConstructor {
        readonly asyncDispose: unique symbol;
    }
}
/** Options of {@link Client.ping}. */
interface PingOptions extends WaitOptions {
}
/**
 * One WebSocket connection.
 *
 * Any number of tasks may send and receive at the same time; each message goes to one receiver.
 * Messages wait in the channel from the moment the connection is open, so none is missed. After the
 * end, messages that had arrived can still be received. Read a client until it is closed: in Node, a
 * client that is not read slows its server down and answers no ping; in a browser, it fills up to
 * `bufferLimit`.
 */
declare class Client<In = Message, Out = Data> implements ClientLike<In, Out> {
    #private;
    /** Unique in this process. */
    readonly id: string;
    /** Settles once, when the connection has ended, with how it ended. Never rejects. */
    readonly closed: Promise<CloseInfo>;
    /** `"open"`, `"closing"` after the first close frame of either side, `"closed"` after the end. */
    get state(): "open" | "closing" | "closed";
    /** The URL of the connection, after redirects, without credentials. */
    get url(): string;
    /** The subprotocol that the server picked; `""` for none. */
    get protocol(): string;
    /** The extensions that the server accepted, as it wrote them; `""` for none. */
    get extensions(): string;
    /** The compression mode in force in both directions: see {@link COMPRESSION}. */
    get compression(): CompressionMode;
    /** The number of sent bytes that the operating system has not accepted yet. */
    get bufferedAmount(): number;
    /**
     * The way a slow consumer is handled: the `"socket"` or the `"stream"` is paused, which slows the server
     * down; or messages `"buffer"` here, up to `bufferLimit`.
     */
    get backpressure(): Backpressure;
    /** True if this platform has ping frames. */
    get canPing(): boolean;
    /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
    get handshake(): Handshake | undefined;
    /** A snapshot of the counters of this connection. */
    get stats(): ClientStats;
    /** The channel on which messages arrive; always the same one. It closes when the connection ends. */
    channel(): ReceiveChannel<In>;
    /** Short for `channel().receive(options)`. */
    receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
    /**
     * Returns the next message without waiting: `undefined` if there is none, `ok: false` once the
     * connection has ended and every message was received. Short for `channel().tryReceive()`.
     */
    tryReceive(): ReceiveResult<In> | undefined;
    /**
     * Iterates over the messages until the connection ends. Returns after a normal end (1000, 1001, 1005) or
     * a local close, and throws the connection's `WsError` after any other. Leaving the loop leaves the
     * connection open. A `return()` ends a pending `next()` with `done: true`, and no message is lost.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
    /**
     * Iterates as the client itself does, with options: `signal` ends the iteration with `ABORTED`, and no
     * message is lost.
     *
     * Throws `INVALID_OPTION`.
     */
    messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
    /**
     * The messages as a WHATWG stream, always the same one. It takes messages from the channel one by one as
     * it is read, so that a slow reader slows the server down. It closes or errors as iteration ends;
     * cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is no `ReadableStream`.
     */
    get readable(): ReadableStream<In>;
    /**
     * A WHATWG stream that sends each chunk, always the same one; a write settles as `send` does. Closing it
     * closes the connection with 1000 and waits for the end; aborting it terminates the connection, even
     * while a write waits. It errors with `CLOSED` when the connection ends, and with `INVALID_MESSAGE` for
     * a chunk that cannot be sent, in which case the connection stays open. Throws `UNSUPPORTED` where there
     * is no `WritableStream`.
     */
    get writable(): WritableStream<Out>;
    /**
     * Sends one message. Messages leave in call order. The promise settles as soon as fewer than
     * `sendHighWaterMark` bytes wait, which is usually at once. You may reuse the bytes when `send` has
     * returned.
     *
     * @param data A string; or an `ArrayBuffer` or a view, as bytes; or a value that option `codec` encodes.
     * @param options {@link TEXT} or {@link BINARY}, or an object with one of them as `type`. By default a
     * string is text and bytes are binary. A string as `BINARY` is sent as its UTF-8 bytes; bytes as `TEXT`
     * must be valid UTF-8. `timeout` and `signal` bound only the wait: the message stays sent.
     *
     * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; with
     * options also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`. If `signal` was
     * aborted before the call, the message is not sent. You do not have to await the promise: `closed`
     * reports the end of the connection as well, and a rejection is never reported as unhandled.
     */
    send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
    /**
     * Settles when the operating system has accepted everything that was sent; in a browser, when
     * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ends first, with `FLUSH_TIMEOUT`,
     * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and with `UNSUPPORTED` where the platform has no
     * `bufferedAmount`.
     */
    flush(options?: WaitOptions): Promise<void>;
    /**
     * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, measured from
     * the flush of the ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). While a
     * ping is outstanding the socket is not paused until half of `bufferLimit` is unread: a pong that follows
     * a longer backlog arrives when that is read. `timeout` is 10 s by default.
     *
     * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
     * `UNSUPPORTED` where {@link canPing} is false.
     */
    ping(options?: PingOptions): Promise<number>;
    /**
     * Closes the connection. The channel closes at once; messages that were sent still leave, then the close
     * frame, and the peer has `closeTimeout` to answer it. Resolves with how the connection ended. Another
     * call returns the same promise.
     *
     * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. Browsers may only send close codes 1000
     * and 3000-4999 (WHATWG): there any other code is sent as `code + 3000`.
     * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
     *
     * Rejects with `INVALID_CLOSE`, and the connection stays open.
     */
    close(code?: number, reason?: string): Promise<CloseInfo>;
    /** Ends the connection now, without a closing handshake. Messages that have not left yet are dropped. */
    terminate(): void;
    /** `close()`, for `await using`, where the platform has the symbol. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** What a policy is asked about: to connect at all, then to connect to one URL. */
type PolicyAction = "websocket.connect" | "websocket.connect.url";
/** One question to a {@link Policy}. Frozen, and each policy gets its own. */
interface PolicyRequest {
    readonly action: PolicyAction;
    /** The normalised URL without credentials; `""` for `websocket.connect`. */
    readonly resource: string;
    /** The same, parsed: a copy, and only with `websocket.connect.url`. */
    readonly url?: URL;
    /** Who asks: option `actor` of the context. */
    readonly actor?: unknown;
    /** What else is known: option `meta`. */
    readonly meta?: Readonly<Record<string, unknown>>;
}
/**
 * Answers whether a connection is allowed. Only `true`, or a promise of it, allows; anything else
 * refuses, and so does a policy that throws or rejects: the error's `cause` is what it threw.
 */
type Policy = (request: PolicyRequest) => boolean | Promise<boolean>;
/** One rule of {@link definePolicy}. */
interface PolicyRule {
    /**
     * The actions this rule is about; `*` stands for any run of characters. An allow rule for
     * `websocket.connect.url` implies `websocket.connect`.
     */
    readonly actions: string | readonly string[];
    /**
     * The URLs this rule is about, as `"scheme://host[:port][/path][?query]"` or `"*"`: see
     * {@link definePolicy}. Default: all of them. An empty list is none. `websocket.connect` ignores
     * it.
     */
    readonly resources?: string | readonly string[];
    /** What the rule does where it applies. A deny rule beats all allow rules. */
    readonly effect: "allow" | "deny";
    /**
     * A further condition, asked last. Unless it answers `true` an allow rule does not apply; unless
     * it answers `false` a deny rule does. What it throws refuses the connection. Not asked for a
     * `websocket.connect` that is merely implied.
     */
    readonly when?: (request: PolicyRequest) => boolean | Promise<boolean>;
}

/**
 * Turns messages into values and back: see `wschan/codec`, or make one for a format of your own.
 *
 * @typeParam In What is received.
 * @typeParam Out What can be sent.
 */
interface Codec<In = Message, Out = Data> {
    /** Names it in errors. */
    readonly name: string;
    /**
     * Makes what decodes the messages of one connection; called for each connection anew, with its
     * `readLimit`: what a message decodes to should be no larger, in bytes, or be `MESSAGE_TOO_BIG`.
     */
    decoder(readLimit: number): Decode<In>;
    /**
     * Makes what goes out, as data of `Client.send`; what it returns unchanged goes out by the `type` that
     * the caller gave. It is called in the order of the sends, for all connections, and must not change
     * what it is given. What it throws rejects the `send`: an `UNSUPPORTED` error as it is, all else
     * as the cause of `INVALID_MESSAGE`. Default: data goes out as it is.
     */
    encode?(value: Out, type?: 1 | 2): Data;
}
/**
 * Decodes one message: hands each value that it holds, or completes, to `emit`, with how many bytes that
 * is taken to hold while it is unread; 64 are added to it. Synchronous, for messages keep their order. What
 * it throws ends the connection: a `WsError` as it is, with 1009 for `MESSAGE_TOO_BIG` and 1007 for any
 * other, and all else as `INVALID_MESSAGE`.
 */
type Decode<In> = (message: Message, emit: (value: In, size: number) => void) => void;
/** Any codec. */
type AnyCodec = Codec<unknown, never>;
/** What is received through a codec. */
type Decoded<C extends AnyCodec> = C extends Codec<infer In, never> ? In : never;
/** What can be sent through a codec. */
type Encoded<C extends AnyCodec> = C extends Codec<unknown, infer Out> ? Out : never;

/** Options for Node alone, handed to the dial. */
interface NodeOptions {
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

/** A W3C `WebSocket` class. */
type WebSocketClass = new (url: string, protocols?: string[]) => object;

/** Settings of option `keepAlive`. */
interface KeepAliveOptions {
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

/** The ways to name a compression mode: see {@link COMPRESSION}. */
type Compression = CompressionMode | "disabled" | "context_takeover" | "no_context_takeover";
/**
 * Options of `connect`. All are copied when the call is made. A number where a duration is wanted is
 * milliseconds; a string is a Go duration (`"1m30s"`). A duration, `readLimit` or `bufferLimit` of `0`
 * means the default. Whatever is wrong rejects with `INVALID_OPTION`, and what the platform cannot do
 * with `UNSUPPORTED`, before anything is looked up or sent.
 */
interface ConnectOptions<C extends AnyCodec = Codec> {
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

/** What {@link createContext} takes. */
interface ContextOptions {
    /** Asked for every connection of the context, redirects included. Default: all is allowed. */
    readonly policy?: Policy | undefined;
    /** Handed to policies with each request: who acts. Default: none. */
    readonly actor?: unknown;
    /** Handed to policies with each request; a call's own `meta` comes on top. Default: none. */
    readonly meta?: Readonly<Record<string, unknown>> | undefined;
    /**
     * Options for every connection; a call's own come on top. `policy`, `signal` and `codec` are not among
     * them.
     */
    readonly defaults?: Omit<ConnectOptions, "policy" | "signal" | "codec"> | undefined;
    /** Refuses everything while the context has no policy of its own. Default: false. */
    readonly strict?: boolean | undefined;
    /**
     * Refuses, in Node, to connect to addresses that are not the public internet's: loopback, private,
     * link-local, unique-local, carrier-grade NAT, multicast, reserved and documentation blocks, 6to4,
     * Teredo, cloud metadata, and all of these as IPv6 writes IPv4 (mapped, NAT64). The dial fails with
     * `URL_FORBIDDEN`, which names the address. Judged are
     *
     * - the host in the URL, in every spelling, and names of this machine such as `localhost`, before
     *   anything is looked up;
     * - all answers of the look-up, `node.lookup` or Node's own: a name that leads to one private address
     *   is refused, whatever its others are;
     * - the address where the connection has ended up, before the request, or TLS's first message, leaves;
     * - the same of each redirect.
     *
     * `allow` lets through host names, as they stand in the URL and wherever they lead, addresses, and
     * CIDR blocks; `localhost` is taken for `127.0.0.1`. Anything else in it is `INVALID_OPTION`.
     *
     * No option of a call loosens it. What would connect in its place is `UNSUPPORTED`: `node.agent`,
     * `node.tls.socket`, `webSocket`, `ws+unix:` URLs; and so is the option itself in a browser. Of `node.tls`
     * only what concerns TLS is heeded.
     *
     * It cannot tell that a public address is in truth one of your own network, be it by a public block
     * that you use, by a NAT64 prefix other than `64:ff9b::/96`, or by a router, or that a public server
     * passes on what it gets. It judges addresses, not ports, which is a policy's to do.
     *
     * Default: false.
     */
    readonly denyPrivateNetworks?: boolean | {
        readonly allow: readonly string[];
    } | undefined;
    /** Closes the context. Default: none. */
    readonly signal?: AbortSignal | undefined;
}

/**
 * A policy, defaults, and the connections that live under them. Closing it aborts its dials, which fail
 * with `NO_CONTEXT`, and closes its connections.
 */
declare class Context {
    #private;
    /** Settles when the context has been closed and the last of its connections has ended. */
    readonly closed: Promise<void>;
    /**
     * Opens a connection through a codec, under this context's policy and defaults. Takes, returns and rejects
     * with the same as `connect`.
     */
    connect<C extends AnyCodec>(url: string | URL, options: ConnectOptions<C> & {
        readonly codec: C;
    }): Promise<Client<Decoded<C>, Encoded<C>>>;
    /**
     * Opens a connection under this context's policy and defaults. Takes, returns and rejects with the same as
     * `connect`.
     */
    connect(url: string | URL, options?: ConnectOptions): Promise<Client>;
    /** The live connection with this `id`. Throws `UNKNOWN_CONNECTION`. */
    connection(id: string): Client;
    /** The connections that have not ended. A snapshot. */
    get connections(): readonly Client[];
    /**
     * Closes the context: dials under way fail with `NO_CONTEXT`, connections are closed with this code
     * and reason. Settles when all have ended. Closing again returns the same promise.
     *
     * Rejects with `INVALID_CLOSE`, and nothing is closed.
     */
    close(code?: number, reason?: string): Promise<void>;
    /** `close()`, for `await using`, where the platform has the symbol. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** The type of `connect`. */
interface Connect {
    /**
     * Opens a WebSocket connection whose messages go through a codec: with `codec: json()` the client receives
     * and sends values.
     *
     * The policy is asked first: no name is looked up and no byte is sent before it has allowed the URL.
     * Policy, name look-up, TCP, TLS and handshake share one deadline, `dialTimeout`.
     *
     * Rejects with `INVALID_URL`, `INVALID_OPTION`, `UNSUPPORTED`, `NO_CONTEXT`, `CONNECT_FORBIDDEN`,
     * `URL_FORBIDDEN`, `DIAL_FAILED`, `DIAL_TIMEOUT`, `HANDSHAKE_REJECTED` or `ABORTED`.
     *
     * @param url `ws:` or `wss:`, or `http:` and `https:` in their place; in Node also `ws+unix:`; in a page
     * also relative to the page. Credentials become Basic authorization in Node.
     * @param options See {@link ConnectOptions}; `codec` determines the types of the client.
     * @returns The open client. Messages that arrive from now on wait in its channel.
     */
    <C extends AnyCodec>(url: string | URL, options: ConnectOptions<C> & {
        readonly codec: C;
    }): Promise<Client<Decoded<C>, Encoded<C>>>;
    /**
     * Opens a WebSocket connection.
     *
     * The policy is asked first: no name is looked up and no byte is sent before it has allowed the URL.
     * Policy, name look-up, TCP, TLS and handshake share one deadline, `dialTimeout`.
     *
     * ```ts
     * const client = await connect("wss://api.example.com/feed", { dialTimeout: "10s" });
     * await client.send("hello");
     * for await (const message of client) console.log(message.data);
     * ```
     *
     * Rejects with `INVALID_URL`, `INVALID_OPTION`, `UNSUPPORTED`, `NO_CONTEXT`, `CONNECT_FORBIDDEN`,
     * `URL_FORBIDDEN`, `DIAL_FAILED`, `DIAL_TIMEOUT`, `HANDSHAKE_REJECTED` or `ABORTED`.
     *
     * @param url `ws:` or `wss:`, or `http:` and `https:` in their place; in Node also `ws+unix:`; in a page
     * also relative to the page. Credentials become Basic authorization in Node.
     * @param options See {@link ConnectOptions}.
     * @returns The open client. Messages that arrive from now on wait in its channel.
     */
    (url: string | URL, options?: ConnectOptions): Promise<Client>;
}
/** The type of `createContext`. */
interface CreateContext {
    /**
     * Creates a {@link Context}: connections under one policy and one set of defaults, which end together.
     *
     * Throws `INVALID_OPTION` or `UNSUPPORTED`.
     *
     * @param options See {@link ContextOptions}.
     */
    (options?: ContextOptions): Context;
}

/** The status codes of close frames (RFC 6455 section 7.4.1 and the IANA registry), by name. */
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
 * Makes a policy of rules: any deny rule that applies wins, else any allow rule, else it denies.
 * The rules are checked and copied once, here. Patterns are matched by part, never as text:
 *
 * - The scheme is `ws` or `wss` (`http` and `https` mean the same).
 * - The host is exact, or `*.` and a domain for one or more labels below it (never the domain
 *   itself), or `*`. One trailing dot is ignored. Addresses are compared as addresses: an
 *   IPv4-mapped one (`[::ffff:10.0.0.1]`) is its IPv4 address, and so, to a deny rule, is any other
 *   IPv6 address that contains one (NAT64 by `64:ff9b::/96`, 6to4, IPv4-translated, IPv4-compatible).
 * - The port is exact, or `:*` for any; without one it is the default port of the scheme.
 * - The path is exact but for `*`, which spans segments too; case counts. A pattern that ends
 *   behind its host or port takes any path. Escapes (`%61`) match what they stand for. A path with
 *   an escaped slash, backslash or NUL (`%2f`, `%5c`, `%00`) is refused: no allow rule with a path
 *   matches it, all deny rules with one do, if scheme, host and port fit.
 * - The query is ignored unless the pattern has one; it may hold `*`.
 * - `"*"`, like no `resources` at all, allows every `ws:` and `wss:` URL, and denies every URL.
 *   `ws+unix:` and `wss+unix:` URLs are allowed only by a pattern of their own,
 *   `"ws+unix:///run/app.sock[:/path][?query]"`; without a request path it takes any.
 *
 * Where actions cover both (`"*"`), a deny rule for certain URLs does not deny `websocket.connect`,
 * and `when` is asked for `websocket.connect` too, without a `url`.
 *
 * Throws a {@link WsError} `INVALID_OPTION` that names the field, as `rules[1].effect`.
 */
declare function definePolicy(rules: readonly PolicyRule[]): Policy;

/** How long a {@link select} waits, and whether it waits at all. */
interface SelectOptions extends WaitOptions {
    /** Go's `default` case: if nothing is ready, resolve with `index: -1` instead of waiting. */
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
/** The result of a `default` that was taken. */
interface DefaultResult {
    readonly default: true;
    readonly index: -1;
    readonly ok: false;
    readonly channel: undefined;
    readonly value: undefined;
}
/**
 * What happened: a union over the cases, told apart by the literal `index`. A case that received has
 * `ok` and `value`; a case that sent has `ok: true`.
 */
type SelectResult<C extends readonly unknown[], O = unknown> = (number extends C["length"] ? CaseResult<number, C[number]> : {
    [K in keyof C & `${number}`]: CaseResult<IndexOf<K>, C[K]>;
}[keyof C & `${number}`]) | (O extends {
    readonly default: false;
} ? never : O extends {
    readonly default: boolean;
} ? DefaultResult : never);
/**
 * Waits until one of the cases can happen and lets exactly that one happen, as in Go. Among several that
 * are ready it chooses by lot, each as likely as the others, so that none starves. The losing cases
 * leave nothing behind, and a select that is cancelled or too late has taken and sent nothing.
 *
 * Rejects with `CHANNEL_TIMEOUT`, `ABORTED`, `INVALID_DURATION`, `INVALID_OPTION` (no cases and neither
 * default nor timeout), or `CHANNEL_CLOSED` when the case that happens sends on a closed channel.
 *
 * @see https://go.dev/ref/spec#Select_statements
 */
declare function select<const C extends readonly AnyCase[], const O extends SelectOptions = Record<never, never>>(cases: C, options?: O): Promise<SelectResult<C, O>>;

/**
 * A channel on which the time arrives once, after `delay`: milliseconds or a Go duration, from 0. It is
 * not closed afterwards. Throws `INVALID_DURATION`.
 *
 * @see https://pkg.go.dev/time#After
 */
declare function after(delay: Duration): ReceiveChannel<Date>;
/** A clock that ticks on a channel; made by {@link ticker}. */
interface Ticker {
    /** The time arrives here at each tick; a tick that nobody took is dropped. */
    readonly channel: ReceiveChannel<Date>;
    /** Starts anew with this period. Throws `INVALID_DURATION`, `CHANNEL_CLOSED` after `stop`. */
    reset(period: Duration): void;
    /** Stops it and closes its channel. Stopping twice is fine. */
    stop(): void;
}
/**
 * A clock that ticks each `period`: milliseconds or a Go duration, more than 0. Throws
 * `INVALID_DURATION`.
 *
 * @see https://pkg.go.dev/time#NewTicker
 */
declare function ticker(period: Duration): Ticker;

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
type shared_Message = Message;
type shared_MessagesOptions = MessagesOptions;
type shared_NodeOptions = NodeOptions;
type shared_PingOptions = PingOptions;
type shared_Policy = Policy;
type shared_PolicyAction = PolicyAction;
type shared_PolicyRequest = PolicyRequest;
type shared_PolicyRule = PolicyRule;
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
  export type { shared_AnyCodec as AnyCodec, shared_Backpressure as Backpressure, shared_BinaryMessage as BinaryMessage, shared_Case as Case, shared_ClientLike as ClientLike, shared_ClientStats as ClientStats, shared_CloseInfo as CloseInfo, shared_Codec as Codec, shared_Compression as Compression, shared_CompressionMode as CompressionMode, shared_Connect as Connect, shared_ConnectOptions as ConnectOptions, shared_ContextOptions as ContextOptions, shared_CreateContext as CreateContext, shared_Data as Data, shared_Decode as Decode, shared_Decoded as Decoded, shared_DefaultResult as DefaultResult, shared_Duration as Duration, shared_Encoded as Encoded, shared_ErrorCode as ErrorCode, shared_ErrorDetails as ErrorDetails, shared_ErrorInit as ErrorInit, shared_ErrorKind as ErrorKind, shared_Handshake as Handshake, shared_KeepAliveOptions as KeepAliveOptions, shared_Message as Message, shared_MessagesOptions as MessagesOptions, shared_NodeOptions as NodeOptions, shared_PingOptions as PingOptions, shared_Policy as Policy, shared_PolicyAction as PolicyAction, shared_PolicyRequest as PolicyRequest, shared_PolicyRule as PolicyRule, shared_ReceiveCase as ReceiveCase, shared_ReceiveResult as ReceiveResult, shared_SelectOptions as SelectOptions, shared_SelectResult as SelectResult, shared_SendCase as SendCase, shared_SendOptions as SendOptions, shared_TextMessage as TextMessage, shared_Ticker as Ticker, shared_WaitOptions as WaitOptions, shared_WebSocketClass as WebSocketClass };
}

declare const connect: Connect;
declare const createContext: CreateContext;
/** Everything this package exports, under one name. */
declare const websocket: typeof shared & {
    readonly connect: Connect;
    readonly createContext: CreateContext;
};

export { BINARY, CLOSE_CODES, COMPRESSION, Channel, type Client, type Context, ReceiveChannel, TEXT, TYPE_BINARY, TYPE_CLOSE, TYPE_PING, TYPE_PONG, TYPE_TEXT, WsError, after, connect, createContext, websocket as default, definePolicy, errors, parseDuration, select, ticker };
export type { AnyCodec, Backpressure, BinaryMessage, Case, ClientLike, ClientStats, CloseInfo, Codec, Compression, CompressionMode, Connect, ConnectOptions, ContextOptions, CreateContext, Data, Decode, Decoded, DefaultResult, Duration, Encoded, ErrorCode, ErrorDetails, ErrorInit, ErrorKind, Handshake, KeepAliveOptions, Message, MessagesOptions, NodeOptions, PingOptions, Policy, PolicyAction, PolicyRequest, PolicyRule, ReceiveCase, ReceiveResult, SelectOptions, SelectResult, SendCase, SendOptions, TextMessage, Ticker, WaitOptions, WebSocketClass };
