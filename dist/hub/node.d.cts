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

import { ReceiveChannel, MessagesOptions, Message, Data, WaitOptions, Client, CloseInfo, WsError } from 'wschan';
import { ReconnectingClient } from 'wschan/reconnect';

/** The treatment of messages for a full subscription: see {@link SubscribeOptions.whenFull}. */
type WhenFull = "pause" | "drop-oldest" | "drop-newest";
/** Options of {@link Hub.subscribe}. */
interface SubscribeOptions {
    /**
     * Number of messages that wait in the subscription before it is full; it is also full at 1 MiB. An integer from 1
     * to 2^32-1. Default: 32.
     */
    readonly capacity?: number | undefined;
    /**
     * The treatment of messages while the subscription is full:
     *
     * - `"pause"`, the default: the hub stops reading from its client, so the server is slowed down as by a client that
     *   is not read. Nothing is lost, and every other subscription of the hub waits as well.
     * - `"drop-oldest"`: the messages that have waited longest make room.
     * - `"drop-newest"`: the new message is dropped.
     *
     * `dropped` counts what was dropped.
     */
    readonly whenFull?: WhenFull | undefined;
}
/**
 * The messages of a hub that pass a filter: a channel of its own, so that it can be received from, iterated over, and
 * used in `select`. Read it until it ends, or end it with `unsubscribe()`: with `whenFull: "pause"`, a subscription
 * that nobody reads stops its hub.
 *
 * The messages themselves are shared by all subscriptions that match. Do not modify their bytes.
 */
declare class Subscription<T> extends ReceiveChannel<T> {
    #private;
    /** Number of messages that were dropped because the subscription was full; 0 with `whenFull: "pause"`. */
    get dropped(): number;
    /** Ends the subscription. The messages that it has received can still be read. A second call has no effect. */
    unsubscribe(): void;
    /**
     * Iterates over the messages until the subscription ends. The loop ends after `unsubscribe()` and `hub.close()`, and
     * otherwise as a loop over the client does: it throws the `WsError` of an abnormal end. If the filter of the
     * subscription has thrown, the loop throws the same. Leaving the loop does not end the subscription.
     *
     * `signal` cancels the iteration, which throws `ABORTED`; no message is lost.
     *
     * Throws `INVALID_OPTION`.
     */
    messages(options?: MessagesOptions): AsyncIterableIterator<T, undefined>;
    /** Same as `unsubscribe()`, for `using`, on platforms that have the symbol. */
    [Symbol.dispose](): void;
}

/** Options of {@link Hub.request}. */
interface RequestOptions<In> extends WaitOptions {
    /** Returns true for the reply. A type guard narrows the result. An exception from it rejects the request. */
    readonly match: (message: In) => boolean;
    /** The longest wait: milliseconds or a Go duration. Default: 10 s. With 0 the request fails, and is not sent. */
    readonly timeout?: WaitOptions["timeout"];
    /** True if the reply also goes to the subscriptions that it matches. Default: false. */
    readonly share?: boolean | undefined;
}
/**
 * One client for many consumers: each message goes to every subscription that it matches. Made by `createHub`.
 *
 * A hub receives from its client. Do not receive from the client as well while the hub is open, because each message
 * goes to one of the two. When the client ends, so does the hub, after its subscriptions have got every message.
 */
declare class Hub<In = Message, Out = Data> {
    #private;
    /** The last 32 messages that matched no subscription and answered no request. It is a `"drop-oldest"` subscription. */
    readonly unclaimed: Subscription<In>;
    /**
     * Subscribes to the messages that arrive from now on and for which `filter` returns true. It is called for each of
     * them, so keep it cheap. An exception from it ends this subscription only: a loop over it throws the exception.
     *
     * If the hub has ended, so has the subscription. Throws `INVALID_OPTION`.
     *
     * @param filter A type guard narrows the messages of the subscription. Default: every message.
     * @param options See {@link SubscribeOptions}.
     */
    subscribe<T extends In>(filter: (message: In) => message is T, options?: SubscribeOptions): Subscription<T>;
    /**
     * Subscribes to the messages that arrive from now on and for which `filter` returns true, as above.
     *
     * @param filter Default: every message.
     * @param options See {@link SubscribeOptions}.
     */
    subscribe(filter?: (message: In) => boolean, options?: SubscribeOptions): Subscription<In>;
    /**
     * Sends a message and resolves with the first message from now on that `match` accepts. No subscription gets it,
     * unless `share` is true. If several requests match a message, it is the reply of the oldest.
     *
     * While a request waits, the hub reads on although a subscription is full, until that holds half of `bufferLimit`:
     * the reply may be behind messages that its consumer has not read.
     *
     * Rejects with `REQUEST_TIMEOUT`, `ABORTED`, `INVALID_OPTION`, `INVALID_DURATION`, the errors of `client.send`, and
     * `CLOSED` if the client or the hub ends. Over a reconnecting client, a request whose connection is lost before the
     * reply rejects with `CLOSED`, which is retryable; one that has not been sent waits for the next connection.
     *
     * @param data The message, as for `client.send`.
     * @param options `match`, and optionally `timeout`, `signal` and `share`.
     */
    request<T extends In>(data: Out, options: RequestOptions<In> & {
        readonly match: (message: In) => message is T;
    }): Promise<T>;
    /**
     * Sends a message and resolves with the first message from now on that `match` accepts, as above.
     *
     * @param data The message, as for `client.send`.
     * @param options `match`, and optionally `timeout`, `signal` and `share`.
     */
    request(data: Out, options: RequestOptions<In>): Promise<In>;
    /**
     * Ends all subscriptions, and rejects all requests with `CLOSED`. The client stays open, and receives by itself
     * again: it has what the hub has not read. A second call has no effect.
     */
    close(): void;
    /** Same as `close()`, for `using`, on platforms that have the symbol. */
    [Symbol.dispose](): void;
}

/** A client that a hub can read. */
type HubClient<In, Out> = Client<In, Out> | ReconnectingClient<In, Out>;

/**
 * Creates the hub of a client, so that any number of consumers can read it. A client has one hub: while it is open,
 * another call returns the same one.
 *
 * Throws `INVALID_OPTION` if `client` is none.
 *
 * @param client A client of `connect` or of `reconnecting`, with any codec.
 */
declare function createHub<In, Out>(client: HubClient<In, Out>): Hub<In, Out>;

/**
 * A method of the peer, as a function. Its parameters are sent by position, as an array. A method with one parameter
 * that is an object may also be called by name: with that object in place of the array.
 */
type Method = (...params: never[]) => unknown;
/** The methods of a peer, by name: an interface whose members are functions. */
type MethodsOf<Methods> = {
    readonly [Name in keyof Methods]: Method;
};
/** Methods of which nothing is known. */
type AnyMethods = Readonly<Record<string, (...params: unknown[]) => unknown>>;
/** Events of which nothing is known. */
type AnyEvents = Readonly<Record<string, unknown>>;
/** Parameters by name, for each member of a union that is an object and no array. */
type Named<T> = T extends readonly unknown[] ? never : T extends object ? Readonly<T> : never;
/** The parameters of a call: an array, or an object with their names. */
type ParamsOf<M extends Method> = Readonly<Parameters<M>> | (number extends Parameters<M>["length"] ? Readonly<Record<string, unknown>> : Parameters<M> extends readonly [(infer Only)?] ? Named<Only> : never);
/** The result of a call: that of the method, awaited. */
type ResultOf<M extends Method> = Awaited<ReturnType<M>>;
/** The arguments of a call after the method: its parameters, which are optional if the method needs none. */
type CallArguments<M extends Method, Options> = [
] extends Parameters<M> ? [params?: ParamsOf<M>, options?: Options] : [params: ParamsOf<M>, options?: Options];
/** Options of {@link JsonRpc.call}. */
interface CallOptions extends WaitOptions {
    /** The longest wait: milliseconds or a Go duration. Default: 10 s. With 0 the call fails, and is not sent. */
    readonly timeout?: WaitOptions["timeout"];
    /**
     * Over a reconnecting client: true sends the call again, with the same id, if the connection is lost before the
     * reply. The peer may then have run it twice. Default: false, which rejects the call with `CLOSED`, retryable.
     */
    readonly retry?: boolean | undefined;
}
/** One call of {@link JsonRpc.batch}. */
interface BatchCall<Name extends string = string, Params = unknown> {
    readonly method: Name;
    /** Default: none. */
    readonly params?: Params;
    /** True for a notification: the peer does not reply, and its result is `undefined`. Default: false. */
    readonly notify?: boolean | undefined;
}
/** The calls of a batch, each with the parameters of its method. */
type BatchCalls<Methods extends MethodsOf<Methods>> = readonly {
    [Name in keyof Methods & string]: BatchCall<Name, ParamsOf<Methods[Name]>>;
}[keyof Methods & string][];
/** The results of a batch, in the order of its calls. */
type BatchResults<Methods extends MethodsOf<Methods>, Calls extends BatchCalls<Methods>> = {
    -readonly [Index in keyof Calls]: PromiseSettledResult<Calls[Index] extends {
        readonly notify: true;
    } ? undefined : ResultOf<Methods[Calls[Index]["method"] & keyof Methods]>>;
};

/**
 * JSON-RPC 2.0 over a client, in both directions. Made by `jsonRpc`.
 *
 * Messages that are not JSON-RPC, and notifications that nobody listens to, go to the subscriptions of the hub.
 *
 * @typeParam Methods The methods of the peer, as functions.
 * @typeParam Events The notifications of the peer: the type of the parameters of each.
 * @see https://www.jsonrpc.org/specification
 */
declare class JsonRpc<Methods extends MethodsOf<Methods> = AnyMethods, Events extends object = AnyEvents> {
    #private;
    /** Number of replies to no call: a reply that is late, doubled, or has an unknown id. */
    get unknownReplies(): number;
    /**
     * Calls a method of the peer. Resolves with the result of its reply.
     *
     * Rejects with `RPC_ERROR` if the peer answers with an error, which is in `details.rpc`; with `REQUEST_TIMEOUT`,
     * `ABORTED`, `INVALID_OPTION`, `INVALID_DURATION`, and `INVALID_MESSAGE` if the parameters have no JSON; with the
     * errors of `client.send`; and with `CLOSED` if the client ends. Over a reconnecting client, a call whose connection
     * is lost before the reply rejects with `CLOSED`, which is retryable, unless `retry` is true; a call that has not
     * been sent waits for the next connection.
     *
     * @param method The name of the method.
     * @param rest `params`, an array, or an object with the names of the parameters; and `options`, see
     * {@link CallOptions}.
     */
    call<Name extends keyof Methods & string>(method: Name, ...[params, options]: CallArguments<Methods[Name], CallOptions>): Promise<ResultOf<Methods[Name]>>;
    /**
     * Sends several calls as one message. Resolves with the outcome of each, in order, as `Promise.allSettled` does.
     * Calls without a reply have `REQUEST_TIMEOUT` as their reason after `timeout`. Without calls nothing is sent.
     *
     * Rejects with `INVALID_OPTION`, `INVALID_DURATION`, `INVALID_MESSAGE` or `CLOSED`, and then nothing was sent. With a
     * codec, calls that it cannot encode have `INVALID_MESSAGE` as their reason.
     *
     * @param calls The calls and notifications.
     * @param options See {@link CallOptions}. With `retry`, the whole batch is sent again.
     */
    batch<const Calls extends BatchCalls<Methods>>(calls: Calls, options?: CallOptions): Promise<BatchResults<Methods, Calls>>;
    /**
     * Sends a notification, to which the peer does not reply. Settles as `client.send`; you need not await it.
     *
     * Rejects with `INVALID_OPTION`, `INVALID_MESSAGE`, and the errors of `client.send`.
     *
     * @param method The name of the method.
     * @param rest `params`, as for {@link call}.
     */
    notify<Name extends keyof Methods & string>(method: Name, ...[params]: CallArguments<Methods[Name], never>): Promise<void>;
    /**
     * Subscribes to the notifications of a method. Receives their parameters, as the peer sent them.
     *
     * Throws `INVALID_OPTION`.
     *
     * @param event The name of the method.
     * @param options See {@link SubscribeOptions}.
     */
    on<Name extends keyof Events & string>(event: Name, options?: SubscribeOptions): Subscription<Events[Name]>;
    /**
     * Answers the requests of the peer for a method. The function gets the parameters by position, or one object with
     * their names. Its return value, awaited, is the result; `undefined` becomes `null`. It may throw an error made by
     * {@link rpcError}, which is then the reply. Any other exception is answered with -32603, and the first one of
     * the function is shown by `console.warn`. A notification of this method calls the function as well, and is not
     * answered.
     *
     * While 1,000 of them run, no more are read. Methods without a function are answered with -32601.
     *
     * Throws `INVALID_OPTION` if the method has a function already.
     *
     * @returns A function that removes this one.
     */
    handle(method: string, run: Method): () => void;
    /**
     * Ends JSON-RPC on this client: calls reject with `CLOSED`, and the subscriptions of `on` end. A hub that `jsonRpc`
     * has created is closed; one that was passed to it stays open. A second call has no effect.
     */
    close(): void;
    /** Same as `close()`, for `using`, on platforms that have the symbol. */
    [Symbol.dispose](): void;
}

/** A client of any types, of `connect` or of `reconnecting`. */
interface AnyClient {
    readonly closed: Promise<CloseInfo>;
    /** Sends one message. */
    send(data: never): Promise<void>;
    /** Ends the client at once. */
    terminate(): void;
}
/** A hub of any types. */
interface AnyHub {
    readonly unclaimed: {
        readonly dropped: number;
    };
    /** Ends the hub. */
    close(): void;
}
/**
 * Speaks JSON-RPC 2.0 over a client, or over its hub if others receive from the client as well. The client has no
 * codec, or `json()` or another one whose values are objects. Another call for the same client returns the same object.
 *
 * Throws `INVALID_OPTION` if `client` is neither.
 *
 * @param client A client of `connect` or of `reconnecting`, or what `createHub` has returned for it.
 */
declare function jsonRpc<Methods extends MethodsOf<Methods> = AnyMethods, Events extends object = AnyEvents>(client: AnyClient | AnyHub): JsonRpc<Methods, Events>;

/**
 * Creates an error with code `RPC_ERROR`. A function that is registered with `handle` throws it to answer with this
 * error; any other exception is answered with `-32603`, without its text.
 *
 * @param code An integer; those from -32768 to -32000 are reserved (JSON-RPC 2.0, section 5.1).
 * @param message A short text.
 * @param data Further facts. Default: none.
 */
declare function rpcError(code: number, message: string, data?: unknown): WsError;

export { type Hub, type JsonRpc, type Subscription, createHub, jsonRpc, rpcError };
export type { AnyClient, AnyEvents, AnyHub, AnyMethods, BatchCall, BatchCalls, BatchResults, CallArguments, CallOptions, HubClient, Method, MethodsOf, ParamsOf, RequestOptions, ResultOf, SubscribeOptions, WhenFull };
