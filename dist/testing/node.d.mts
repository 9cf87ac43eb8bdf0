import { WebSocketConstructor } from 'wschan/compat';
import { Duration, CloseInfo, Data, WaitOptions, ReceiveResult, Message, ReceiveChannel, Connect } from 'wschan';

/** The simulated network between both sides of a connection. Without options it is instant and has no limits. */
interface LinkOptions {
    /** Time that each byte takes, one way: milliseconds or a Go duration. Default: 0. */
    readonly latency?: Duration | undefined;
    /** Random time, up to this, that is added to `latency`. The order of the bytes is kept. Default: 0. */
    readonly jitter?: Duration | undefined;
    /** Bytes a second, each way. More than 0. Default: unlimited. */
    readonly bandwidth?: number | undefined;
    /** Cuts the connection, without a close frame, after this number of bytes both ways together. Default: never. */
    readonly cutAfter?: number | undefined;
}

/** Options of a {@link TestServer}. */
interface TestServerOptions {
    /**
     * The platform to simulate. It determines which options clients may use and which details of a failed dial they see.
     * Default: that of the imported entry.
     */
    readonly platform?: "node" | "browser" | undefined;
    /**
     * The subprotocol to pick if the client offers it. A client that offers only others fails to connect. Default: the
     * first that the client offers.
     */
    readonly protocol?: string | undefined;
    /** True to accept permessage-deflate. Nothing is compressed in memory. Default: false. */
    readonly compression?: boolean | undefined;
    /**
     * True to make `close()` reject if a peer has received messages that the test did not read, or if a connection was
     * not accepted. Default: false.
     */
    readonly strict?: boolean | undefined;
}
/** The number of dials that an outcome applies to. */
interface TimesOptions {
    /** Number of dials, from 1 to 1000000. Default: 1. */
    readonly times?: number | undefined;
}
/** The response of {@link TestServer.refuse}. */
interface RefuseOptions extends TimesOptions {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
}

/** The request that opened a connection. */
interface TestRequest {
    readonly url: string;
    /** The subprotocols that the client offers. */
    readonly protocols: readonly string[];
    /** The headers that the client sets. Names are in lower case. */
    readonly headers: Readonly<Record<string, string>>;
}
/** The end of a connection, as the server sees it. */
type TestPeerEnd = Pick<CloseInfo, "code" | "reason" | "clean" | "by">;
/** The server's side of one connection of a {@link TestServer}. */
declare class TestPeer {
    #private;
    /** The longest wait for the client's close frame, as that of the package `ws`. */
    CLOSE_TIMEOUT_MS: number;
    /** The request that opened the connection. */
    readonly request: TestRequest;
    /** Resolves when the connection has ended. Never rejects. */
    readonly closed: Promise<TestPeerEnd>;
    /** Payload bytes of the messages that were received and sent so far. */
    bytesReceived: number;
    bytesSent: number;
    /**
     * Replaces the link of this connection, which is that of the server by default. Bytes that are on the wire arrive as
     * planned. Throws `INVALID_OPTION`.
     */
    set link(options: LinkOptions);
    /**
     * Sends one message. Resolves when it has left: later if the client does not read, or the link is slow. Rejects with
     * `INVALID_MESSAGE`, or with `CLOSED` after the end.
     *
     * @param data A string, or bytes, which are copied.
     */
    send(data: Data): Promise<void>;
    /**
     * Receives the next message: `{ ok: true, value }`, or `{ ok: false }` after the end. Rejects with `RECEIVE_TIMEOUT`
     * or `ABORTED`.
     */
    receive(wait?: WaitOptions): Promise<ReceiveResult<Message>>;
    /** Returns the channel of received messages, for `select` and `for await`. */
    channel(): ReceiveChannel<Message>;
    /**
     * Receives the next message and compares it: a string with a text message, bytes with a binary one, and any other
     * JSON value with the JSON of a text message. Rejects with an error that shows the difference, and that has `actual`
     * and `expected`; with `RECEIVE_TIMEOUT`; or with `INVALID_MESSAGE` for a value that JSON cannot represent.
     */
    expect(message: unknown, wait?: WaitOptions): Promise<void>;
    /**
     * Sends a close frame. Resolves like `closed`: if the client does not answer, after 30 s. Rejects with
     * `INVALID_CLOSE`.
     *
     * @param code Default 1000. 1005 sends a close frame without a code.
     */
    close(code?: number, reason?: string): Promise<TestPeerEnd>;
    /** Ends TCP without a close frame: 1006 at the client. */
    terminate(): void;
    /** Sends a ping frame. Resolves with the round trip in milliseconds. Rejects with `CLOSED`, or as a wait does. */
    ping(wait?: WaitOptions): Promise<number>;
    /** Stops reading, so that what the client sends backs up. */
    pause(): void;
    /** Reads again after `pause()`. */
    resume(): void;
    /** Stops answering pings and close frames, like a peer that has hung. */
    silence(): void;
    /** Closes the connection, for `await using`. */
    [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A server in memory. While it exists, each dial of this package to a URL that matches its pattern goes to it, without
 * a change of the code under test: policies, options, deadlines and limits apply as on a network.
 */
declare abstract class BaseTestServer {
    #private;
    /** Same as `connect`, but always to this server, even if the URL does not match its pattern. */
    readonly connect: Connect;
    /** The connections that have not ended. */
    get connections(): readonly TestPeer[];
    /** A W3C `WebSocket` class that connects to this server, for code that does not use wschan. */
    get webSocket(): WebSocketConstructor;
    /** Puts `webSocket` into `globalThis.WebSocket` until the server is closed. Throws `CLOSED` after that. */
    stubGlobal(): void;
    /**
     * Replaces the link of all connections that have none of their own. Bytes that are on the wire arrive as planned.
     * Throws `INVALID_OPTION`.
     */
    set link(options: LinkOptions);
    /** Resolves with the next connection, in order. Rejects with `RECEIVE_TIMEOUT`, `ABORTED` or, at the end, `CLOSED`. */
    accept(wait?: WaitOptions): Promise<TestPeer>;
    /**
     * Calls `handler` with each connection, before `accept` returns it. An exception is reported as uncaught. Returns a
     * function that removes the handler.
     */
    on(handler: (peer: TestPeer) => unknown): () => void;
    /** Refuses the next dials with an HTTP status, 300 to 599. In a browser the reason is hidden. */
    refuse(answer: RefuseOptions): void;
    /** Fails the next dials as an unreachable network does: `DIAL_FAILED`, with `error` as its cause. */
    fail(error?: unknown, options?: TimesOptions): void;
    /** Never answers the next dials. */
    stall(options?: TimesOptions): void;
    /**
     * Ends all connections and dials, and restores `globalThis.WebSocket`. With `strict`, rejects if something was left
     * unread.
     */
    close(): Promise<void>;
    /** Calls `close()`, for `await using`. */
    [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Stands in for every timer and clock of this package, from its construction until it is disposed of: deadlines,
 * keep-alive, backoff, `after`, `ticker`, links of a `TestServer`. Time passes only by `advance` and `next`. Timers of
 * other code are not affected, so it works beside the fake timers of a test runner.
 *
 * Timers that are pending when it is disposed of never fire: close your clients first.
 */
declare class TestClock {
    #private;
    /** Throws `INVALID_OPTION` if another clock exists. */
    constructor();
    /** The time that has passed on this clock, in milliseconds. */
    get now(): number;
    /**
     * Lets time pass, and runs each timer that is due at its time, also at exactly the end. Promises, and what arrives
     * in memory, run between timers and before this resolves. Rejects with `INVALID_DURATION`.
     *
     * @param duration Milliseconds or a Go duration.
     */
    advance(duration: Duration): Promise<void>;
    /** Advances to the next timer, if there is one, and runs it. Resolves with the time of the clock. */
    next(): Promise<number>;
    /** Restores the real time. A second call has no effect. */
    dispose(): void;
    /** Calls `dispose()`, for `using` on platforms that have the symbol. */
    [Symbol.dispose](): void;
}

/** A server in memory, for tests. */
declare class TestServer extends BaseTestServer {
    /**
     * @param pattern The URLs that go to this server, as in policies. Default: `"*"`, all but Unix sockets.
     * @param options See {@link TestServerOptions}. Throws `INVALID_OPTION`.
     */
    constructor(pattern?: string, options?: TestServerOptions);
}

export { TestClock, TestPeer, TestServer };
export type { LinkOptions, RefuseOptions, TestPeerEnd, TestRequest, TestServerOptions, TimesOptions };
