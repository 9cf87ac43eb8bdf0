import { ReceiveChannel } from "../channel/channel.js";
import { Queue } from "../channel/queue.js";
import type { WebSocketConstructor } from "../compat/socket-types.js";
import { bindWebSocket } from "../compat/web-socket.js";
import { bindConnect, bindCreateContext } from "../context/connect.js";
import type { Connect } from "../context/connect.js";
import { isObject } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { isToken } from "../options/http-grammar.js";
import { nodeParsers } from "../options/node-parsers.js";
import { callable, integer, must, oneOf, parseBy } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import type { DialRequest, Platform } from "../protocol/dial.js";
import { parseRetryAfter, refusalError } from "../protocol/refusal.js";
import { displayUrl, unixProblem } from "../protocol/url.js";
import { onAbort } from "../time/abort.js";
import { microtask, startTimer } from "../time/clock.js";
import type { WaitOptions } from "../time/wait.js";
import { Endpoint } from "./endpoint.js";
import { stubGlobal } from "./global-stub.js";
import { delayOf, parseLink } from "./link.js";
import type { Link, LinkOptions } from "./link.js";
import { MemorySocket } from "./memory-socket.js";
import type { Accepted } from "./memory-socket.js";
import { MemoryTransport } from "./memory-transport.js";
import { register } from "./registry.js";
import { TestPeer } from "./test-peer.js";
import type { TestRequest } from "./test-peer.js";

/** Options of a {@link TestServer}. */
export interface TestServerOptions {
  /** What clients may do, and what they see of a failed dial. Default: that of the entry which is imported. */
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

/** How often an outcome applies. */
export interface TimesOptions {
  /** The number of dials that meet this outcome. Default: 1. */
  readonly times?: number | undefined;
}

/** The response of {@link TestServer.refuse}. */
export interface RefuseOptions extends TimesOptions {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Parts of an entry that a server needs. @internal */
export interface TestPlatforms {
  readonly kind: "node" | "browser";
  /** Creates the platform of a W3C class. */
  readonly webSocketPlatform: (socket: () => object | undefined) => Platform;
  readonly closeEventClass: () => typeof CloseEvent;
}

type Outcome =
  | { readonly type: "refuse"; readonly answer: RefuseOptions }
  | { readonly type: "fail"; readonly error: unknown }
  | { readonly type: "stall" };

const PARSERS: Readonly<Record<keyof TestServerOptions, Parser>> = {
  platform: /* @__PURE__ */ oneOf("node", "browser"),
  protocol: /* @__PURE__ */ must(isToken, "a token (RFC 6455 4.1)"),
  compression: /* @__PURE__ */ oneOf(false, true),
  strict: /* @__PURE__ */ oneOf(false, true),
};

const string: Parser = /* @__PURE__ */ must((value) => typeof value === "string", "a string");

const TIMES_PARSERS = { times: /* @__PURE__ */ integer(1, 1_000_000) };

const REFUSE_PARSERS = {
  ...TIMES_PARSERS,
  status: /* @__PURE__ */ integer(300, 599),
  headers: /* @__PURE__ */ must(
    (value) => isObject(value) && Object.values(value).every((one) => typeof one === "string"),
    "an object of strings",
  ),
  body: string,
};

/**
 * A server in memory. While it exists, each dial of this package to a URL that matches its pattern goes to it, without
 * a change of the code under test: policies, options, deadlines and limits apply as on a network.
 */
export abstract class BaseTestServer {
  /** Same as `connect`, but always to this server, whatever its pattern and the URL are. */
  readonly connect: Connect;

  readonly #options: TestServerOptions;
  readonly #platforms: TestPlatforms;
  readonly #platform: Platform;
  readonly #unregister: () => void;
  readonly #accepted = new Queue<TestPeer>(Infinity);
  readonly #channel: ReceiveChannel<TestPeer> = ReceiveChannel.of(this.#accepted);
  readonly #connections = new Set<TestPeer>();
  /** All connections so far, if they must be checked at the end. */
  readonly #peers: TestPeer[] = [];
  #isClosed = false;
  readonly #stalled = new Set<() => void>();
  #handlers: readonly ((peer: TestPeer) => void)[] = [];
  /** The outcomes of the next dials. */
  readonly #outcomes = new Queue<Outcome>(Infinity);
  #link: Link = parseLink({});
  #webSocket: WebSocketConstructor | undefined;
  #restore: (() => void) | undefined;

  /** @internal */
  constructor(platforms: TestPlatforms, pattern: string, options: TestServerOptions) {
    this.#platforms = platforms;
    this.#options = parseBy(PARSERS, options, "TestServer");
    const { platform = platforms.kind } = this.#options;
    this.#platform = platform === "node" ? this.#nodePlatform() : this.#browserPlatform();
    this.connect = bindConnect(() => this.#platform);
    this.#unregister = register(pattern, this.#platform);
  }

  /** The connections that have not ended. */
  get connections(): readonly TestPeer[] {
    return [...this.#connections];
  }

  /** A W3C `WebSocket` class that connects to this server, for code that does not use wschan. */
  get webSocket(): WebSocketConstructor {
    const createContext = bindCreateContext(() => this.#platform);
    return (this.#webSocket ??= bindWebSocket(createContext, this.#platforms.closeEventClass));
  }

  /** Puts `webSocket` into `globalThis.WebSocket` until the server is closed. Throws `CLOSED` after that. */
  stubGlobal(): void {
    if (this.#isClosed) throw new WsError("CLOSED", "stubGlobal: the server is closed");
    this.#restore ??= stubGlobal(this.webSocket);
  }

  /** Replaces the link of all connections that have none of their own. Throws `INVALID_OPTION`. */
  set link(options: LinkOptions) {
    this.#link = parseLink(options);
  }

  /** Resolves with the next connection, in order. Rejects with `RECEIVE_TIMEOUT`, `ABORTED` or, at the end, `CLOSED`. */
  async accept(wait?: WaitOptions): Promise<TestPeer> {
    const { ok, value } = await this.#channel.receive(wait);
    if (!ok) throw new WsError("CLOSED", "accept: the server is closed");
    return value;
  }

  /**
   * Calls `handler` with each connection, before `accept` returns it. An exception is reported as uncaught. Returns a
   * function that removes the handler.
   */
  on(handler: (peer: TestPeer) => unknown): () => void {
    callable(handler, "TestServer: handler");
    // In a microtask, so that an exception is reported and does not fail the dial.
    const call = (peer: TestPeer): void => microtask(() => void handler(peer));
    this.#handlers = [...this.#handlers, call];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== call);
    };
  }

  /** Refuses the next dials with an HTTP status, 300 to 599. In a browser the reason is hidden. */
  refuse(answer: RefuseOptions): void {
    const parsed = parseBy(REFUSE_PARSERS, answer, "refuse") as unknown as RefuseOptions;
    REFUSE_PARSERS.status(parsed.status, "refuse: option status");
    this.#script({ type: "refuse", answer: parsed }, parsed);
  }

  /** Fails the next dials as an unreachable network does: `DIAL_FAILED`, with `error` as its cause. */
  fail(error: unknown = new Error("connection refused"), options: TimesOptions = {}): void {
    this.#script({ type: "fail", error }, parseBy(TIMES_PARSERS, options, "fail"));
  }

  /** Never answers the next dials. */
  stall(options: TimesOptions = {}): void {
    this.#script({ type: "stall" }, parseBy(TIMES_PARSERS, options, "stall"));
  }

  /**
   * Ends all connections and dials, and restores `globalThis.WebSocket`. With `strict`, rejects if something was left
   * unread.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unregister();
    this.#restore?.();
    this.#restore = undefined;
    const problems = this.#options.strict ? this.#leftovers() : [];
    this.#accepted.close();
    for (const end of this.#stalled) end();
    for (const peer of this.#connections) peer.abort();
    await Promise.resolve();
    if (problems.length > 0) {
      throw new WsError("INVALID_MESSAGE", `TestServer: ${problems.join("; ")}`);
    }
  }

  /** Calls `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #leftovers(): string[] {
    const leftovers = this.#peers.splice(0).flatMap((peer) => peer.leftovers);
    const { size } = this.#accepted;
    return size > 0 && this.#handlers.length === 0
      ? [...leftovers, `${size} connections were not accepted`]
      : leftovers;
  }

  #script(outcome: Outcome, { times: count = 1 }: TimesOptions): void {
    for (let i = 0; i < count; i++) this.#outcomes.push(outcome);
  }

  #nodePlatform(): Platform {
    return {
      isInMemory: true,
      credentials: true,
      unix: unixProblem,
      parsers: nodeParsers,
      dial: (request) =>
        this.#dial(request, request.signal, (accepted, headers) => {
          const transport = new MemoryTransport(accepted.endpoint, request.options, headers);
          transport.attach(request.open(transport, request.url));
        }),
    };
  }

  #browserPlatform(): Platform {
    const platform = this.#platforms.webSocketPlatform(() => undefined);
    return {
      ...platform,
      base: platform.base,
      isInMemory: true,
      dial: (request) => {
        const dial = this.#dial.bind(this);
        class Socket extends MemorySocket {
          constructor() {
            super((signal, open) => dial(request, signal, open));
          }
        }
        return platform.dial({ ...request, options: { ...request.options, webSocket: Socket } });
      },
    };
  }

  /** Calls `open` when the server has accepted and its response has arrived. Rejects otherwise. */
  async #dial(
    { url, options }: DialRequest,
    signal: AbortSignal,
    open: (accepted: Accepted, headers: Readonly<Record<string, string>>) => void,
  ): Promise<void> {
    const label = displayUrl(url);
    await this.#travel(signal);
    signal.throwIfAborted();
    if (this.#isClosed) throw dialFailed(label, new Error("connection refused"));
    const outcome = this.#outcomes.take()?.value;
    if (outcome?.type === "stall") await this.#stall(label, signal);
    if (outcome?.type === "fail") throw dialFailed(label, outcome.error);
    if (outcome?.type === "refuse") {
      await this.#travel(signal);
      signal.throwIfAborted();
      throw refused(label, outcome.answer);
    }
    const { protocols } = options;
    const { protocol: wanted = protocols[0], compression } = this.#options;
    const protocol = protocols.find((one) => one === wanted) ?? "";
    if (protocols.length > 0 && !protocol) {
      const text = "invalid response: Server sent no subprotocol";
      throw new WsError("HANDSHAKE_REJECTED", `dial ${label}: ${text}`);
    }
    // Browsers always offer it.
    const isOffered = options.compression > 0 || this.#platform.parsers === undefined;
    const extensions = compression && isOffered ? "permessage-deflate" : "";
    const headers = {
      ...(protocol && { "sec-websocket-protocol": protocol }),
      ...(extensions && { "sec-websocket-extensions": extensions }),
    };
    await this.#accept(
      { url: url.href, protocols, headers: lowerCase(options.headers) },
      signal,
      (endpoint) => open({ endpoint, protocol, extensions }, headers),
      () => dialFailed(label, new Error("socket hang up")),
    );
  }

  #accept(
    request: TestRequest,
    signal: AbortSignal,
    open: (endpoint: Endpoint) => void,
    failure: () => WsError,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let own: Link | undefined;
      const { client, server } = Endpoint.pair(() => own ?? this.#link);
      const stop = onAbort(signal, () => {
        client.cut();
        reject(failure());
      });
      client.whenAccepted(
        () => {
          stop();
          open(client);
          resolve();
        },
        () => {
          stop();
          reject(failure());
        },
      );
      server.accept();
      this.#add(new TestPeer(request, server, (link) => (own = link)));
    });
  }

  #add(peer: TestPeer): void {
    this.#connections.add(peer);
    if (this.#options.strict) this.#peers.push(peer);
    void peer.closed.then(() => this.#connections.delete(peer));
    for (const call of this.#handlers) call(peer);
    this.#accepted.push(peer);
  }

  /** Waits for the latency of the link, one way, or until the signal aborts. */
  async #travel(signal: AbortSignal): Promise<void> {
    const delay = delayOf(this.#link);
    if (delay === 0) return;
    await new Promise<void>((resolve) => {
      const stopTimer = startTimer(delay, resolve);
      signal.addEventListener("abort", () => {
        stopTimer();
        resolve();
      });
    });
  }

  /** Waits until the dial is given up, or the server is closed. */
  async #stall(label: string, signal: AbortSignal): Promise<never> {
    await new Promise<void>((resolve) => {
      this.#stalled.add(resolve);
      signal.addEventListener("abort", () => resolve());
    });
    throw signal.aborted ? signal.reason : dialFailed(label, new Error("socket hang up"));
  }
}

function dialFailed(label: string, cause: unknown): WsError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new WsError("DIAL_FAILED", `dial ${label}: ${text}`, { cause });
}

function refused(label: string, { status: code, headers = {}, body = "" }: RefuseOptions): WsError {
  const copy = lowerCase(headers);
  const retryAfter = parseRetryAfter(copy["retry-after"]);
  return refusalError(label, {
    status: code,
    statusText: "",
    headers: Object.freeze(copy),
    body,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** Copies headers, with names in lower case. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(entries) as Record<string, string>;
}
