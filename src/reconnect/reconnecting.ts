import type { CreateContext } from "../context/connect.js";
import type { AnyCodec, Decoded, Encoded } from "../protocol/codec.js";
import type { Message } from "../protocol/message.js";
import type { Fresh, ReconnectOptions } from "./options.js";
import type { Reconnected } from "./reconnected.js";
import { ReconnectingClient } from "./reconnecting-client.js";
import { resolveOptions } from "./resolve-options.js";

/** Type of the values that option `marker` adds to the messages. */
type Marker<M> = true extends M ? Reconnected : never;

/** The type of `reconnecting`. */
export interface Reconnecting {
  /**
   * Creates a {@link ReconnectingClient} whose messages go through a codec, which determines the client's
   * types. The first dial starts at once. Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
   *
   * @param url Same as for `connect`, or a function that is called for each attempt and returns it.
   * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
   * between the messages of two connections.
   */
  <C extends AnyCodec, M extends boolean | undefined = false>(
    url: Fresh<string | URL>,
    options: ReconnectOptions<C> & { readonly codec: C; readonly marker?: M },
  ): ReconnectingClient<Decoded<C> | Marker<M>, Encoded<C>>;
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
  <M extends boolean | undefined = false>(
    url: Fresh<string | URL>,
    options?: ReconnectOptions & { readonly marker?: M },
  ): ReconnectingClient<Message | Marker<M>>;
}

/** Creates the `reconnecting` of an entry. */
export function bindReconnecting(createContext: CreateContext): Reconnecting {
  const bound = (url: Fresh<string | URL>, options: ReconnectOptions = {}): unknown =>
    new ReconnectingClient(resolveOptions(url, options, createContext));
  return bound as Reconnecting;
}
