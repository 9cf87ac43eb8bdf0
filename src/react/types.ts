import type { AnyCodec, Decoded, Encoded } from "../protocol/codec.js";
import type { Data, Message } from "../protocol/message.js";
import type { WsError } from "../errors/ws-error.js";
import type { Fresh, ReconnectOptions } from "../reconnect/options.js";
import type { Reconnected } from "../reconnect/reconnected.js";
import type { ReconnectingClient } from "../reconnect/reconnecting-client.js";
import type { SendOptions } from "../reconnect/send-options.js";
import type { Status } from "../reconnect/status.js";

/** The result of `useReconnecting`. */
export interface ReconnectingState<In = Message, Out = Data> {
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
export interface UseReconnecting {
  /**
   * Keeps a connection open for as long as the component is mounted, with messages that go through a codec. See below.
   */
  <C extends AnyCodec, M extends boolean | undefined = false>(
    url: Fresh<string | URL> | null,
    options: ReconnectOptions<C> & { readonly codec: C; readonly marker?: M },
  ): ReconnectingState<Decoded<C> | Marker<M>, Encoded<C>>;
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
  <M extends boolean | undefined = false>(
    url: Fresh<string | URL> | null,
    options?: ReconnectOptions & { readonly marker?: M },
  ): ReconnectingState<Message | Marker<M>>;
}
