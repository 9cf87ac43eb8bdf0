import { Client } from "./client.js";
import { Context } from "./context.js";
import type { Connector, ContextOptions, Owner } from "./context.js";
import { abortError, nextTurn, onAbort, startDeadline } from "./deadline.js";
import type { Deadline } from "./deadline.js";
import { WsError } from "./errors.js";
import { checkOptions, completeOptions, pickOptions } from "./options.js";
import type { ConnectOptions, ParsedOptions } from "./options.js";
import { authorizeConnect, authorizeUrl } from "./policy.js";
import type { Policy, PolicySubject } from "./policy.js";
import type { Platform, Transport, TransportHandler } from "./transport.js";
import { displayUrl, parseUrl, publicUrl } from "./url.js";

/**
 * Opens a WebSocket connection.
 *
 * The policy is asked first: nothing is looked up and no byte is sent before it has allowed the URL.
 * Policy, look-up, connection and handshake share one deadline, `dialTimeout`.
 *
 * @param url `ws:` or `wss:`, or `http:` and `https:` in their place; in Node also `ws+unix:`; in a
 * page also relative to the page. Credentials become Basic authorization in Node.
 * @param options See {@link ConnectOptions}.
 * @returns The client, open; messages that arrive from now on wait in its channel.
 *
 * Rejects with `INVALID_URL`, `INVALID_OPTION`, `UNSUPPORTED`, `NO_CONTEXT`, `CONNECT_FORBIDDEN`,
 * `URL_FORBIDDEN`, `DIAL_FAILED`, `DIAL_TIMEOUT`, `HANDSHAKE_REJECTED` or `ABORTED`.
 */
export type Connect = (url: string | URL, options?: ConnectOptions) => Promise<Client>;

/**
 * Makes a {@link Context}: connections under one policy, one set of defaults, and one end.
 *
 * Throws `INVALID_OPTION` or `UNSUPPORTED`.
 */
export type CreateContext = (options?: ContextOptions) => Context;

/** The platform that serves these options. */
export type PlatformFor = (options: ConnectOptions) => Platform;

/** Binds {@link connect} to the platforms of an entry. */
export function bindConnect(platformFor: PlatformFor): Connect {
  const { connect } = bindConnector(platformFor);
  return (url, options) => connect(EVERYONE, url, options);
}

/** Binds {@link createContext} to the platforms of an entry. */
export function bindCreateContext(platformFor: PlatformFor): CreateContext {
  const connector = bindConnector(platformFor);
  return (options = {}) => new Context(connector, options);
}

/** Owns what `connect` opens outside a context: allows everything and never closes. */
const EVERYONE: Owner = {
  settings: {
    policy: undefined,
    actor: undefined,
    meta: undefined,
    defaults: {},
    strict: false,
  },
  enter: () => () => {},
  add: () => {},
  remove: () => {},
};

let connections = 0;

function bindConnector(platformFor: PlatformFor): Connector {
  return {
    check: (options) => checkOptions(options, platformFor(options)),
    // Async from the first line, so that bad input rejects; all of it is read before the first await.
    async connect(owner, input, given = {}): Promise<Client> {
      const { defaults } = owner.settings;
      const chosen = { ...defaults, ...pickOptions(given) };
      const platform = platformFor(chosen);
      const url = parseUrl(input, platform);
      const options = completeOptions({ ...defaults, ...checkOptions(chosen, platform) });
      return connectTo(owner, url, options, platform);
    },
  };
}

async function connectTo(
  owner: Owner,
  url: URL,
  options: ParsedOptions,
  platform: Platform,
): Promise<Client> {
  const { policy, actor, meta, strict } = owner.settings;
  const label = displayUrl(url);
  const policies = [policy, options.policy].filter((one) => one !== undefined);
  if (strict && policy === undefined) {
    throw new WsError(
      "CONNECT_FORBIDDEN",
      `dial ${label}: websocket connections not allowed: the strict context has no policy`,
    );
  }
  const subject: PolicySubject = {
    ...(actor === undefined ? {} : { actor }),
    ...((meta ?? options.meta) && { meta: Object.freeze({ ...meta, ...options.meta }) }),
  };
  return new Attempt(owner, options, platform, label).run(url, policies, subject);
}

/** One dial: everything that can end it early, and what it leads to. */
class Attempt {
  readonly #owner: Owner;
  readonly #options: ParsedOptions;
  readonly #platform: Platform;
  readonly #controller = new AbortController();
  readonly #deadline: Deadline;
  readonly #stopListening: (() => void) | undefined;
  readonly #leave: () => void;
  #client: Client | undefined;

  constructor(owner: Owner, options: ParsedOptions, platform: Platform, label: string) {
    const { dialTimeout, signal } = options;
    if (signal?.aborted) throw abortError(`dial ${label}`, signal);
    this.#owner = owner;
    this.#options = options;
    this.#platform = platform;
    this.#leave = owner.enter((error) => this.#abort(error));
    this.#stopListening =
      signal && onAbort(signal, () => this.#abort(abortError(`dial ${label}`, signal)));
    this.#deadline = startDeadline(dialTimeout, () =>
      this.#abort(new WsError("DIAL_TIMEOUT", `dial ${label}: not open after ${dialTimeout} ms`)),
    );
  }

  async run(url: URL, policies: readonly Policy[], subject: PolicySubject): Promise<Client> {
    const { signal } = this.#controller;
    const work = async (): Promise<void> => {
      await authorizeConnect(policies, subject, url);
      // A policy may take its time, and end after the dial has.
      signal.throwIfAborted();
      await this.#platform.dial({
        url,
        options: this.#options,
        signal,
        authorize: (next) => authorizeUrl(policies, subject, next),
        open: (transport, openUrl) => this.#open(transport, openUrl),
      });
    };
    try {
      await Promise.race([work(), rejectionOf(signal)]);
    } finally {
      this.#stop();
    }
    return this.#client as Client;
  }

  /** From here on nothing aborts any more: what is open stays open. */
  #open(transport: Transport, url: URL): TransportHandler {
    this.#stop();
    const [client, handler] = Client.open(transport, {
      id: `wschan-${++connections}`,
      url: publicUrl(url),
      label: displayUrl(url),
      options: this.#options,
      ended: (ended) => this.#owner.remove(ended),
    });
    this.#owner.add(client);
    this.#client = client;
    return handler;
  }

  #abort(error: WsError): void {
    this.#stop();
    this.#controller.abort(error);
  }

  #stop(): void {
    this.#deadline.stop();
    this.#stopListening?.();
    this.#leave();
  }
}

/** Rejects a turn after the signal fired: a dial may know better what went wrong. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const rejectLater = (): void => nextTurn(() => reject(signal.reason as WsError));
    signal.addEventListener("abort", rejectLater, { once: true });
  });
}
