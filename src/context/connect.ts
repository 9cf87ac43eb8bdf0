import type { Client } from "../connection/client.js";
import type { ConnectOptions } from "../options/connect-options.js";
import type { AnyCodec, Decoded, Encoded } from "../protocol/codec.js";
import type { PlatformFor } from "../protocol/dial.js";
import type { ContextOptions } from "./context-options.js";
import { Context } from "./context.js";
import { openClient } from "./open-client.js";

/** The type of `connect`. */
export interface Connect {
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
  <C extends AnyCodec>(
    url: string | URL,
    options: ConnectOptions<C> & { readonly codec: C },
  ): Promise<Client<Decoded<C>, Encoded<C>>>;
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
export interface CreateContext {
  /**
   * Creates a {@link Context}: a policy and defaults for its connections, which are closed together.
   *
   * Throws `INVALID_OPTION` or `UNSUPPORTED`.
   *
   * @param options See {@link ContextOptions}.
   */
  (options?: ContextOptions): Context;
}

/** Creates the `connect` of an entry from its platforms. */
export function bindConnect(platformFor: PlatformFor): Connect {
  const connect = (url: string | URL, options?: ConnectOptions): unknown =>
    openClient(platformFor, undefined, url, options);
  return connect as Connect;
}

/** Creates the `createContext` of an entry from its platforms. */
export function bindCreateContext(platformFor: PlatformFor): CreateContext {
  return (options = {}) => new Context(platformFor, options);
}
