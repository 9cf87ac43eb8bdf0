import type { Client } from "../connection/client.js";
import type { Events } from "../connection/events.js";
import { quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { parseOptions } from "../options/parse-options.js";
import type { ResolvedOptions } from "../options/resolved-options.js";
import type { Parser } from "../options/parser.js";
import { GOING_AWAY } from "../protocol/close-codes.js";
import { checkClose } from "../protocol/close.js";
import type { AnyCodec, Decoded, Encoded } from "../protocol/codec.js";
import type { PlatformFor } from "../protocol/dial.js";
import { parseUrl } from "../protocol/url.js";
import { onAbort } from "../time/abort.js";
import { parseSettings } from "./context-options.js";
import type { ContextOptions } from "./context-options.js";
import { baseOptions, dial, eventsOf, openClient, platformOf } from "./open-client.js";
import type { Owner } from "./owner.js";

/** Dials whose options are resolved once: see {@link Context.prepare}. */
export interface PreparedDials {
  /** The URL to dial; `undefined` if it is a function. */
  readonly url: URL | undefined;
  /** The options of a call that gives none: the context's defaults, and those of the package. */
  readonly defaults: ConnectOptions;
  /** The options of the call, merged over the defaults. */
  readonly options: ResolvedOptions;
  /** True if the platform has ping frames. */
  readonly canPing: boolean;
  /** The events of the client that dials. Their `connection` is that of the latest dial. */
  readonly events: Events;
  /** Opens a connection with resolved options; those of `latest` are parsed now and replace them. */
  readonly open: (
    target: unknown,
    options: ResolvedOptions,
    latest: ConnectOptions,
    attempt?: number,
  ) => Promise<Client>;
  /** Returns the error of a dial, if the context is closed. */
  readonly contextError: () => WsError | undefined;
}

/**
 * A policy and defaults, and the connections that were opened with them. Closing the context cancels pending
 * dials, which fail with `NO_CONTEXT`, and closes its connections.
 */
export class Context {
  /** Resolves when the context has been closed and the last of its connections has ended. */
  readonly closed: Promise<void>;

  readonly #platformFor: PlatformFor;
  readonly #owner: Owner;
  readonly #clients = new Map<string, Client>();
  readonly #dials = new Set<(error: WsError) => void>();
  #isClosing = false;
  #settleClosed!: () => void;

  /** @internal */
  constructor(platformFor: PlatformFor, options: ContextOptions) {
    this.#platformFor = platformFor;
    this.#owner = {
      settings: parseSettings(options, platformFor),
      addDial: (cancel) => {
        if (this.#isClosing) throw noContext();
        this.#dials.add(cancel);
        return () => this.#dials.delete(cancel);
      },
      addClient: (client) => {
        this.#clients.set(client.id, client);
        void client.closed.then(() => this.#clients.delete(client.id));
      },
    };
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    const { signal } = options;
    if (signal === undefined) return;
    void this.closed.then(onAbort(signal, () => void this.close()));
    if (signal.aborted) void this.close();
  }

  /**
   * Opens a connection whose messages go through a codec, with this context's policy and defaults. Parameters,
   * result and errors are those of `connect`.
   */
  connect<C extends AnyCodec>(
    url: string | URL,
    options: ConnectOptions<C> & { readonly codec: C },
  ): Promise<Client<Decoded<C>, Encoded<C>>>;
  /**
   * Opens a connection with this context's policy and defaults. Parameters, result and errors are those of
   * `connect`.
   */
  connect(url: string | URL, options?: ConnectOptions): Promise<Client>;
  connect(url: string | URL, options?: ConnectOptions): Promise<never> {
    return openClient(this.#platformFor, this.#owner, url, options) as Promise<never>;
  }

  /** Returns the connection with this `id`. Throws `UNKNOWN_CONNECTION` if there is none, or it has ended. */
  connection(id: string): Client {
    const client = this.#clients.get(id);
    if (client === undefined) {
      throw new WsError(
        "UNKNOWN_CONNECTION",
        `context: no live connection has the id ${quote(id)}`,
      );
    }
    return client;
  }

  /** A snapshot of the connections that have not ended. */
  get connections(): readonly Client[] {
    return [...this.#clients.values()];
  }

  /**
   * Closes the context: pending dials fail with `NO_CONTEXT`, and connections are closed with this code and
   * reason. Resolves when all have ended. Another call returns the same promise.
   *
   * @param code As for {@link Client.close}; default 1001.
   * @param reason As for {@link Client.close}; default `""`.
   *
   * Rejects with `INVALID_CLOSE` for an invalid code or reason, and nothing is closed.
   */
  close(code: number = GOING_AWAY, reason = ""): Promise<void> {
    if (this.#isClosing) return this.closed;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#isClosing = true;
    for (const cancel of this.#dials) cancel(noContext());
    const ends = this.connections.map((client) => client.close(code, reason));
    void Promise.all(ends).then(this.#settleClosed);
    return this.closed;
  }

  /** Same as `close()`, for `await using`, on platforms that have the symbol. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Validates the arguments of a client that dials later. `own` are the parsers of options that `connect` does
   * not have. A URL that is a function is not called.
   * @internal
   */
  prepare(
    input: unknown,
    given: ConnectOptions,
    own: Readonly<Record<string, Parser>>,
    where: string,
  ): PreparedDials {
    const { settings } = this.#owner;
    const platform = platformOf(this.#platformFor, given, settings, input);
    const url = typeof input === "function" ? undefined : parseUrl(input as string, platform);
    const parsers = { ...platform.parsers, ...own };
    const base = baseOptions(given, platform, settings);
    const options = parseOptions(base, given, { parsers }, where) as ResolvedOptions;
    const events = eventsOf(options, platform, settings);
    return {
      url,
      defaults: base,
      options,
      canPing: platform.parsers?.keepAlive !== undefined,
      events,
      open: async (target, resolved, latest, attempt) => {
        const current = platformOf(this.#platformFor, given, settings, target);
        const targetUrl = parseUrl(target as string, current);
        const options = parseOptions(resolved, latest, current);
        const own = eventsOf(options, current, settings);
        events.id = own.id;
        return dial(targetUrl, options, current, this.#owner, own, attempt);
      },
      contextError: () => (this.#isClosing ? noContext() : undefined),
    };
  }
}

function noContext(): WsError {
  return new WsError("NO_CONTEXT", "connect: the context is closed");
}
