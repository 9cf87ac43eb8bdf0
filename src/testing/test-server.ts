import { ReceiveChannel } from "../channel/channel.js";
import { Queue } from "../channel/queue.js";
import type { WebSocketConstructor } from "../compat/socket-types.js";
import { bindWebSocket } from "../compat/web-socket.js";
import { bindConnect, bindCreateContext } from "../context/connect.js";
import type { Connect } from "../context/connect.js";
import { WsError } from "../errors/ws-error.js";
import { callable } from "../options/parser.js";
import type { Platform } from "../protocol/dial.js";
import { microtask } from "../time/clock.js";
import { waitFor } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { Dialler } from "./dialler.js";
import type { Outcome, TestPlatforms } from "./dialler.js";
import { stubGlobal } from "./global-stub.js";
import { parseLink } from "./link.js";
import type { LinkOptions } from "./link.js";
import { register } from "./registry.js";
import { parseRefusal, parseServerOptions, parseTimes } from "./server-options.js";
import type { RefuseOptions, TestServerOptions, TimesOptions } from "./server-options.js";
import type { TestPeer } from "./test-peer.js";

/**
 * A server in memory. While it exists, each dial of this package to a URL that matches its pattern goes to it, without
 * a change of the code under test: policies, options, deadlines and limits apply as on a network.
 */
export abstract class BaseTestServer {
  /** Same as `connect`, but always to this server, even if the URL does not match its pattern. */
  readonly connect: Connect;

  readonly #options: TestServerOptions;
  readonly #closeEventClass: () => typeof CloseEvent;
  readonly #dialler: Dialler;
  readonly #platform: Platform;
  readonly #unregister: () => void;
  readonly #accepted = new Queue<TestPeer>(Infinity);
  readonly #channel: ReceiveChannel<TestPeer> = ReceiveChannel.of(this.#accepted);
  readonly #connections = new Set<TestPeer>();
  /** All connections so far, if they must be checked at the end. */
  readonly #peers: TestPeer[] = [];
  #isClosed = false;
  #handlers: readonly ((peer: TestPeer) => void)[] = [];
  #webSocket: WebSocketConstructor | undefined;
  #restore: (() => void) | undefined;

  /** @internal */
  constructor(platforms: TestPlatforms, pattern: string, options: TestServerOptions) {
    this.#closeEventClass = platforms.closeEventClass;
    this.#options = { platform: platforms.kind, ...parseServerOptions(options) };
    this.#dialler = new Dialler(this.#options, (peer) => this.#add(peer));
    this.#platform = this.#dialler.platform(platforms);
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
    return (this.#webSocket ??= bindWebSocket(createContext, this.#closeEventClass));
  }

  /** Puts `webSocket` into `globalThis.WebSocket` until the server is closed. Throws `CLOSED` after that. */
  stubGlobal(): void {
    if (this.#isClosed) throw new WsError("CLOSED", "stubGlobal: the server is closed");
    this.#restore ??= stubGlobal(this.webSocket);
  }

  /**
   * Replaces the link of all connections that have none of their own. Bytes that are on the wire arrive as planned.
   * Throws `INVALID_OPTION`.
   */
  set link(options: LinkOptions) {
    this.#dialler.link = parseLink(options);
  }

  /** Resolves with the next connection, in order. Rejects with `RECEIVE_TIMEOUT`, `ABORTED` or, at the end, `CLOSED`. */
  async accept(wait: WaitOptions = {}): Promise<TestPeer> {
    const next = this.#channel.caseReceive();
    const { ok, value } = await waitFor("accept", "RECEIVE_TIMEOUT", wait, next);
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
    const parsed = parseRefusal(answer);
    this.#script({ type: "refuse", answer: parsed }, parsed);
  }

  /** Fails the next dials as an unreachable network does: `DIAL_FAILED`, with `error` as its cause. */
  fail(error: unknown = new Error("connection refused"), options: TimesOptions = {}): void {
    this.#script({ type: "fail", error }, parseTimes(options, "fail"));
  }

  /** Never answers the next dials. */
  stall(options: TimesOptions = {}): void {
    this.#script({ type: "stall" }, parseTimes(options, "stall"));
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
    this.#dialler.close();
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
    const leftovers = this.#peers.splice(0).flatMap((peer) => peer.takeLeftovers());
    const { size } = this.#accepted;
    return size > 0 && this.#handlers.length === 0
      ? [...leftovers, `${size} connections were not accepted`]
      : leftovers;
  }

  #script(outcome: Outcome, { times: count = 1 }: TimesOptions): void {
    for (let i = 0; i < count; i++) this.#dialler.outcomes.push(outcome);
  }

  #add(peer: TestPeer): void {
    this.#connections.add(peer);
    if (this.#options.strict) this.#peers.push(peer);
    void peer.closed.then(() => this.#connections.delete(peer));
    for (const call of this.#handlers) call(peer);
    this.#accepted.push(peer);
  }
}
