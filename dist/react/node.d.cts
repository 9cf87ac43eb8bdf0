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

import { Message, Data, WsError, AnyCodec, Decoded, Encoded } from 'wschan';
import { ReconnectingClient, Status, SendOptions, Fresh, ReconnectOptions, Reconnected } from 'wschan/reconnect';
import { HubClient } from 'wschan/hub';

/** The result of `useReconnecting`. */
interface ReconnectingState<In = Message, Out = Data> {
    /**
     * The client. `null` on a server, without a URL, and in the render that begins with a new URL or new options; the
     * next render has it.
     */
    readonly client: ReconnectingClient<In, Out> | null;
    /** The status of the client. Without a client: `connecting` if one is about to dial, otherwise `suspended`. */
    readonly state: Status;
    /**
     * The error that ended the last attempt or connection of this client; `undefined` if there was none. It stays when
     * the next connection opens.
     */
    readonly lastError: WsError | undefined;
    /**
     * Sends one message over the current client: see `ReconnectingClient.send`. It is the same function in every
     * render, and waits in the client's queue while no connection is open. Effects of child components may call it, too.
     *
     * Without a URL, and after the component was unmounted, it rejects with `CLOSED`.
     */
    readonly send: (data: Out, options?: 1 | 2 | SendOptions) => Promise<void>;
}
/** Type of the values that option `marker` adds to the messages. */
type Marker<M> = true extends M ? Reconnected : never;
/** The type of `useReconnecting`. */
interface UseReconnecting {
    /**
     * Keeps a connection open for as long as the component is mounted, with messages that go through a codec. See below.
     */
    <C extends AnyCodec, M extends boolean | undefined = false>(url: Fresh<string | URL> | null, options: ReconnectOptions<C> & {
        readonly codec: C;
        readonly marker?: M;
    }): ReconnectingState<Decoded<C> | Marker<M>, Encoded<C>>;
    /**
     * Keeps a connection open for as long as the component is mounted. Dials in an effect, so never on a server, and
     * renders again at each change of the status. The connection stays the same in `StrictMode`, after a hot reload, and
     * if the component is unmounted and mounted again in the same turn of the event loop.
     *
     * ```tsx
     * function Feed() {
     *   const { client, state } = useReconnecting("wss://api.example.com/feed");
     *   const latest = useLatest(client);
     *   return <p>{state.type === "open" ? latest?.data : "connecting"}</p>;
     * }
     * ```
     *
     * Options may be written inline: data is compared by value, and a change of it closes the connection and dials a new
     * one. Functions are not compared: the one of the latest render is called. Other objects, such as `signal`,
     * `context` and `network`, are compared by identity.
     *
     * An invalid URL or option throws in an effect, which an error boundary catches.
     *
     * @param url As for `reconnecting`. `null`: no connection.
     * @param options See `ReconnectOptions`.
     */
    <M extends boolean | undefined = false>(url: Fresh<string | URL> | null, options?: ReconnectOptions & {
        readonly marker?: M;
    }): ReconnectingState<Message | Marker<M>>;
}

/**
 * Returns the latest message of a client, and `undefined` until there is one. However many messages arrive, the
 * component renders at most once per frame.
 *
 * ```tsx
 * function Price({ client }: { client: ReconnectingClient<Tick> | null }) {
 *   return <output>{useLatest(client)?.price}</output>;
 * }
 * ```
 *
 * In a hidden page, which has no frames, it renders at most once per second. As with `useMessages`, several components
 * may use one client, and messages that arrive while no component listens wait.
 *
 * @param client A client of `useReconnecting`, `reconnecting` or `connect`. `null` or `undefined`: none yet.
 */
declare function useLatest<In>(client: HubClient<In, never> | null | undefined): In | undefined;
/**
 * Returns a value that is selected from the latest message of a client, and `undefined` until there is one. However
 * many messages arrive, the component renders at most once per frame.
 *
 * ```tsx
 * function Price({ client, symbol }: PriceProps) {
 *   const price = useLatest(client, (tick) => (tick.symbol === symbol ? tick.price : undefined));
 *   return <output>{price}</output>;
 * }
 * ```
 *
 * @param client A client of `useReconnecting`, `reconnecting` or `connect`. `null` or `undefined`: none yet.
 * @param select Called with each message, and while rendering. It must be pure. A message for which it returns
 * `undefined` is skipped. The function of the latest render is called. An exception for a message is reported as
 * uncaught.
 * @param isEqual Returns true for values that need no render. Default: `Object.is`.
 */
declare function useLatest<In, T>(client: HubClient<In, never> | null | undefined, select: (message: In) => T | undefined, isEqual?: (a: T, b: T) => boolean): T | undefined;

/**
 * Calls a function with every message of a client, once and in order, while the component is mounted. Several
 * components may use one client: each gets every message.
 *
 * ```tsx
 * function Log({ client }: { client: ReconnectingClient | null }) {
 *   const [lines, setLines] = useState<readonly string[]>([]);
 *   useMessages(client, ({ data }) => setLines((before) => [...before.slice(-99), String(data)]));
 *   return <pre>{lines.join("\n")}</pre>;
 * }
 * ```
 *
 * While no component listens to a client, its messages wait, and the next components to listen get them: see
 * `useReconnecting`. A component that mounts beside others gets the messages from then on.
 *
 * The hook reads the client through its hub: see `createHub` in `wschan/hub`. Do not receive from the client otherwise.
 *
 * @param client A client of `useReconnecting`, `reconnecting` or `connect`. `null` or `undefined`: none yet.
 * @param handler The one of the latest render is called. An exception is reported as uncaught, and ends nothing.
 */
declare function useMessages<In>(client: HubClient<In, never> | null | undefined, handler: (message: In) => void): void;

declare const useReconnecting: UseReconnecting;

export { useLatest, useMessages, useReconnecting };
export type { ReconnectingState, UseReconnecting };
