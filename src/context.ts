import type { Client } from "./client.js";
import { checkClose, GOING_AWAY } from "./close.js";
import { onAbort } from "./deadline.js";
import type { AnyCodec, Decoded, Encoded } from "./codec.js";
import { invalid, quote, WsError } from "./errors.js";
import { Inbox } from "./inbox.js";
import { KIT } from "./kit.js";
import type { Ground, Kit } from "./kit.js";
import {
  abortSignal,
  callable,
  DEFAULTS,
  notHere,
  object,
  oneOf,
  parseBy,
  parseOptions,
} from "./options.js";
import type { ConnectOptions, ParsedOptions, Parser } from "./options.js";
import type { Policy } from "./policy.js";
import type { Dial, PlatformFor } from "./transport.js";
import { parseUrl } from "./url.js";

/** What {@link createContext} takes. */
export interface ContextOptions {
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
  readonly denyPrivateNetworks?: boolean | { readonly allow: readonly string[] } | undefined;
  /** Closes the context. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** A context's settings, checked and copied. */
export interface Settings {
  readonly policy?: Policy | undefined;
  readonly actor?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly defaults: ConnectOptions;
  /** Dials in place of the platform: one that denies private networks. */
  readonly dial?: Dial | undefined;
}

/** What a connection needs of the context it lives in. */
export interface Owner {
  readonly settings: Settings;
  /** Registers a dial that can be aborted; returns what ends it. Throws `NO_CONTEXT`. */
  readonly enter: (abort: (error: WsError) => void) => () => void;
  /** Takes over a client that is open. */
  readonly adopt: (client: Client) => void;
}

/** Opens a connection, which belongs to `owner` if to anybody. */
export type Connector = (
  url: string | URL,
  options: ConnectOptions | undefined,
  owner?: Owner,
) => Promise<Client>;

/**
 * A policy, defaults, and the connections that live under them. Closing it aborts its dials, which fail
 * with `NO_CONTEXT`, and closes its connections.
 */
export class Context {
  /** Settles when the context has been closed and the last of its connections has ended. */
  readonly closed: Promise<void>;

  readonly #connector: Connector;
  readonly #platformFor: PlatformFor;
  readonly #owner: Owner;
  readonly #clients = new Map<string, Client>();
  readonly #dials = new Set<(error: WsError) => void>();
  #isClosing = false;
  #settleClosed!: () => void;

  /** @internal */
  constructor(connector: Connector, platformFor: PlatformFor, options: ContextOptions) {
    this.#connector = connector;
    this.#platformFor = platformFor;
    this.#owner = {
      settings: parseSettings(options, platformFor),
      enter: (abort) => {
        if (this.#isClosing) throw noContext();
        this.#dials.add(abort);
        return () => this.#dials.delete(abort);
      },
      adopt: (client) => {
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
   * Opens a connection through a codec, under this context's policy and defaults. Takes, returns and rejects
   * with the same as `connect`.
   */
  connect<C extends AnyCodec>(
    url: string | URL,
    options: ConnectOptions<C> & { readonly codec: C },
  ): Promise<Client<Decoded<C>, Encoded<C>>>;
  /**
   * Opens a connection under this context's policy and defaults. Takes, returns and rejects with the same as
   * `connect`.
   */
  connect(url: string | URL, options?: ConnectOptions): Promise<Client>;
  connect(url: string | URL, options?: ConnectOptions): Promise<never> {
    return this.#connector(url, options, this.#owner) as Promise<never>;
  }

  /** The live connection with this `id`. Throws `UNKNOWN_CONNECTION`. */
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

  /** The connections that have not ended. A snapshot. */
  get connections(): readonly Client[] {
    return [...this.#clients.values()];
  }

  /**
   * Closes the context: dials under way fail with `NO_CONTEXT`, connections are closed with this code
   * and reason. Settles when all have ended. Closing again returns the same promise.
   *
   * Rejects with `INVALID_CLOSE`, and nothing is closed.
   */
  close(code: number = GOING_AWAY, reason = ""): Promise<void> {
    if (this.#isClosing) return this.closed;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#isClosing = true;
    for (const abort of this.#dials) abort(noContext());
    const ends = this.connections.map((client) => client.close(code, reason));
    void Promise.all(ends).then(this.#settleClosed);
    return this.closed;
  }

  /** `close()`, for `await using`, where the platform has the symbol. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For the sub-paths. @internal */
  get kit(): Kit {
    return KIT;
  }

  /**
   * Checks at once what a client across connections will be made of, its `own` options included, and
   * makes the inbox that its connections share. A URL that is a function is asked later. @internal
   */
  prepare(
    input: unknown,
    given: ConnectOptions,
    own: Readonly<Record<string, Parser>>,
    where: string,
  ): Ground {
    const { defaults } = this.#owner.settings;
    const webSocket = { ...given }.webSocket ?? defaults.webSocket;
    const platform = this.#platformFor(webSocket);
    if (typeof input !== "function") parseUrl(input as string, platform);
    const parsers = { ...platform.parsers, ...own };
    const options = { ...defaults, ...parseOptions({}, given, { parsers }, where) };
    const { dialTimeout, channelCapacity, bufferLimit, codec } = {
      ...DEFAULTS,
      ...options,
    } as ParsedOptions;
    return { options, dialTimeout, inbox: new Inbox(channelCapacity, bufferLimit, !!codec) };
  }
}

function noContext(): WsError {
  return new WsError("NO_CONTEXT", "connect: the context is closed");
}

const OPERATION = "createContext";

/** Takes anything, or leaves the check to others. */
const any: Parser = (value) => value;

const noGuard = /* @__PURE__ */ notHere("use a policy");

const PARSERS: Readonly<Record<keyof ContextOptions, Parser>> = {
  policy: callable,
  actor: any,
  meta: object,
  defaults: any,
  strict: /* @__PURE__ */ oneOf(false, true),
  denyPrivateNetworks: (value, name) => (value === false ? undefined : noGuard(value, name)),
  signal: abortSignal,
};

function parseSettings(options: ContextOptions, platformFor: PlatformFor): Settings {
  const parsers = { ...PARSERS, ...platformFor(undefined).contextParsers };
  const given: ContextOptions = parseBy(parsers, options, OPERATION);
  const { policy, actor, meta, defaults = {}, strict } = given;
  const platform = platformFor({ ...defaults }.webSocket);
  const shared = parseOptions({}, defaults, platform, `${OPERATION}: option defaults`);
  // A default policy could be replaced by a call's, a default signal would look like the context's, and no
  // type would tell of a default codec.
  for (const name of ["policy", "signal", "codec"] as const) {
    if (name in shared) {
      throw invalid(`${OPERATION}: option defaults.${name}`, "left out", shared[name]);
    }
  }
  return {
    // Strict and without one, it allows nothing.
    policy: policy ?? (strict ? () => false : undefined),
    actor,
    meta,
    defaults: shared,
    dial: given.denyPrivateNetworks as Dial | undefined,
  };
}
