import { Client } from "../connection/client.js";
import { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { parseOptions } from "../options/parse-options.js";
import { DEFAULTS } from "../options/parsed-options.js";
import type { ParsedOptions } from "../options/parsed-options.js";
import { authorize } from "../policy/authorize.js";
import type { PolicySubject } from "../policy/authorize.js";
import type { AnyCodec, Decoded, Encoded } from "../protocol/codec.js";
import type { DialRequest, Platform, PlatformFor } from "../protocol/dial.js";
import { displayUrl, parseUrl } from "../protocol/url.js";
import { nextTurn, now } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import { waitFor } from "../time/wait.js";
import type { ContextOptions } from "./context-options.js";
import { Context } from "./context.js";
import type { Connector, Owner } from "./owner.js";

/** The type of `connect`. */
export interface Connect {
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
  <C extends AnyCodec>(
    url: string | URL,
    options: ConnectOptions<C> & { readonly codec: C },
  ): Promise<Client<Decoded<C>, Encoded<C>>>;
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
export interface CreateContext {
  /**
   * Creates a {@link Context}: connections under one policy and one set of defaults, which end together.
   *
   * Throws `INVALID_OPTION` or `UNSUPPORTED`.
   *
   * @param options See {@link ContextOptions}.
   */
  (options?: ContextOptions): Context;
}

/** Binds {@link connect} to the platforms of an entry. */
export function bindConnect(platformFor: PlatformFor): Connect {
  const connector = bindConnector(platformFor);
  const connect = (url: string | URL, options?: ConnectOptions): unknown => connector(url, options);
  return connect as Connect;
}

/** Binds {@link createContext} to the platforms of an entry. */
export function bindCreateContext(platformFor: PlatformFor): CreateContext {
  const connector = bindConnector(platformFor);
  return (options = {}) => new Context(connector, platformFor, options);
}

function bindConnector(platformFor: PlatformFor): Connector {
  // Async from the first line, so that bad input rejects; all of it is read before the first await.
  return async (input, given = {}, owner) => {
    const { defaults = {} } = owner?.settings ?? {};
    const { webSocket = defaults.webSocket, keepAlive = defaults.keepAlive } = { ...given };
    const platform = platformFor(webSocket);
    const url = parseUrl(input, platform);
    // The call's own stands alone: that of the context may be one that this platform cannot do.
    const base = parseOptions(DEFAULTS, { ...defaults, keepAlive }, platform);
    return dial(url, parseOptions(base, given, platform) as ParsedOptions, platform, owner);
  };
}

/** One dial, from the policy to a client. */
async function dial(
  url: URL,
  options: ParsedOptions,
  platform: Platform,
  owner: Owner | undefined,
): Promise<Client> {
  const { policy, actor, meta, dial: connectBy = platform.dial } = owner?.settings ?? {};
  const policies = [policy, options.policy].filter((one) => one !== undefined);
  const subject: PolicySubject = {
    actor,
    meta: (meta ?? options.meta) && Object.freeze({ ...meta, ...options.meta }),
  };
  const operation = `dial ${displayUrl(url)}`;
  const { dialTimeout, signal: outer } = options;
  const controller = new AbortController();
  const { signal } = controller;
  let isOpen = false;
  const park = (done: (result: Client | WsError) => void): (() => void) => {
    const leave = owner?.enter(done);
    const deadline = startDeadline(dialTimeout, () => {
      const error = new WsError("DIAL_TIMEOUT", `${operation}: not open after ${dialTimeout} ms`);
      controller.abort(error);
      // In a later turn: the dial may know better what went wrong.
      nextTurn(() => done(error));
    });
    const request: DialRequest = {
      url,
      options,
      signal,
      due: now() + dialTimeout,
      authorize: (next) => authorize(policies, subject, next),
      open(transport, openUrl) {
        const [client, handler] = Client.open(transport, openUrl, options);
        owner?.adopt(client);
        // From here on nothing aborts any more: what is open stays open.
        isOpen = true;
        done(client);
        return handler;
      },
    };
    authorize(policies, subject, url, "")
      .then(() => request.authorize(url))
      // A policy may take its time, and end after the dial has.
      .then(() => (signal.aborted ? undefined : connectBy(request)))
      .catch(done);
    return () => {
      leave?.();
      deadline.stop();
      if (!isOpen) controller.abort();
    };
  };
  return waitFor(operation, "DIAL_TIMEOUT", { signal: outer }, { park });
}
