import { Channel } from "../channel/channel.js";
import type { Client } from "../connection/client.js";
import { WsError } from "../errors/ws-error.js";
import { checkClose } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import { abortError, onAbort } from "../time/abort.js";
import { now } from "../time/clock.js";
import { pauseAfter } from "./backoff.js";
import { Connections } from "./connections.js";
import { Delivery } from "./delivery.js";
import { callbackError, closeError, giveUpError } from "./errors.js";
import { NO_CONNECTION } from "./establish.js";
import { PauseTimer } from "./pause-timer.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { StatusFeed } from "./status.js";
import { onWake } from "./wake.js";
import { sleep } from "./waits.js";

/** Default of `maxAttempts` until a connection has opened. */
const MAX_FIRST_ATTEMPTS = 10;

/**
 * Opens one connection after another until the client ends: attempt, verdict, pause.
 *
 * `signal` aborts when the client begins to end, which stops every wait and listener; the status is `closed`
 * when all connections have ended as well.
 */
export class ConnectionLoop {
  /** Settles when the client has ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  readonly delivery: Delivery;
  readonly status: StatusFeed = new StatusFeed();
  /** The error that made the client give up; `undefined` after a local close or a normal close by the peer. */
  error: WsError | undefined;

  readonly #controller = new AbortController();
  /** Aborts when the client begins to end. */
  readonly signal: AbortSignal = this.#controller.signal;

  readonly options: ResolvedReconnectOptions;
  #settleClosed!: (info: CloseInfo) => void;

  readonly #connections: Connections;
  /** Number of the current attempt, and of the failures in a row before it, since the last stable connection. */
  #attempt = 1;
  #failures = 0;
  /** Aborts the current attempt, or the pause after it. */
  #step = new AbortController();
  /** Stops the end of the client from aborting the step. */
  #releaseStep: (() => void) | undefined;
  /** Starts the client; `undefined` while it is not suspended. */
  #resume: (() => void) | undefined;
  #isSuspended: boolean;
  /** A value ends the pause before the next attempt. It is dropped while there is no pause. */
  readonly #wakeups = new Channel<unknown>();
  readonly #pauseTimer = new PauseTimer();

  constructor(options: ResolvedReconnectOptions) {
    const { signal } = options;
    this.options = options;
    this.#isSuspended = !options.autoStart;
    this.delivery = new Delivery(options);
    this.#connections = new Connections(options, this);
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    onWake(this.signal, options.network, (isBack) => {
      if (this.connection) this.connection.internals.liveness.probe();
      else if (isBack) this.#wakeups.trySend(true);
    });
    if (signal) {
      const abort = (): void => this.terminate(abortError("reconnecting", signal));
      // Listens until the client has ended, because an abort also cuts a close handshake short.
      void this.closed.then(onAbort(signal, abort));
      if (signal.aborted) abort();
    }
    // Only an exception of `shouldRetry` rejects here.
    this.#run().catch((cause: unknown) => this.terminate(callbackError("shouldRetry", cause)));
  }

  /** The connection that is open now. */
  get connection(): Client | undefined {
    return this.status.value.type === "open" ? this.#connections.current : undefined;
  }

  /** Resolves, when the client has ended, with the error that an iteration over its messages ends with. */
  async failure(): Promise<WsError | undefined> {
    await this.closed;
    return this.error;
  }

  /** Makes the error of an operation that needs an open connection, or a client that has not ended. */
  closedError(operation: string): WsError {
    const text = this.signal.aborted ? "the client has ended" : "no connection is open";
    return new WsError("CLOSED", `${operation}: ${text}`, {
      retryable: !this.signal.aborted,
      cause: this.error,
    });
  }

  /** Ends the client with a close handshake, if a connection is open. Throws `INVALID_CLOSE`. */
  close(code: number, reason: string): void {
    if (this.signal.aborted) return;
    checkClose(code, reason);
    this.#connections.close(code, reason);
    const clean = !this.delivery.queue.next;
    void this.#end({ code, reason, clean, by: "local" }, true);
  }

  /**
   * Dials now: replaces the open connection, or restarts the counts and cuts short the current attempt or the
   * pause before the next one. Starts a suspended client.
   */
  reconnect(): void {
    this.start();
    if (this.connection) this.#connections.rotate();
    else this.#step.abort();
  }

  /** Sets whether an open connection, or the pause before the next attempt, keeps a Node process alive. */
  setRef(isRef: boolean): void {
    this.#pauseTimer.setRef(isRef);
    this.#connections.setRef(isRef);
  }

  /** Starts a suspended client. */
  start(): void {
    this.#isSuspended = false;
    this.#resume?.();
  }

  /** Closes the connection or cancels the attempt. Resolves when the client is suspended, or has ended. */
  async suspend(): Promise<void> {
    const { type } = this.status.value;
    if (this.signal.aborted || type === "suspended") return;
    this.#isSuspended = true;
    const changed = this.status.next();
    this.#connections.close();
    this.#step.abort();
    await changed;
  }

  /** Ends the client without a close handshake, because of `error` if there is one. */
  terminate(error?: WsError): void {
    void this.#end({ ...NO_CONNECTION, by: "local", ...(error && { error }) });
    this.#connections.terminate();
  }

  async #run(): Promise<void> {
    const { backoff, maxElapsed, retryAfterMax, shouldRetry } = this.options;
    const connections = this.#connections;
    const signal = this.signal;
    let lastError: WsError | undefined;
    for (; ; this.#attempt++) {
      if (this.#isSuspended && !signal.aborted) await this.#pause();
      if (signal.aborted) return;
      const step = this.#startStep();
      // A function, because TypeScript assumes that the signal does not change.
      const isCut = (): boolean => step.aborted;
      this.status.set({ type: "connecting", attempt: this.#attempt });
      const info = await connections.run({ attempt: this.#attempt, lastError, signal: step });
      if (this.signal.aborted) return;
      if (isCut()) {
        connections.current = undefined;
        this.#attempt = this.#failures = 0;
        continue;
      }
      lastError = info.error ?? closeError(info);
      const contextError = this.options.contextError();
      if (contextError) return this.#end({ ...info, error: contextError });
      // An async `shouldRetry` returns a promise, which is truthy and would retry for ever.
      const verdict: unknown = shouldRetry?.(lastError, this.#attempt) ?? lastError.retryable;
      if (verdict !== true) return this.#end(info);
      if (connections.wasStable) this.#attempt = this.#failures = 0;
      connections.current = undefined;
      const { details } = lastError;
      const [minimum, spread] = pauseAfter(this.#failures++, backoff, retryAfterMax, details);
      const jitter = Math.random() * spread;
      const delay = minimum + jitter;
      const { maxAttempts = connections.hasOpened ? Infinity : MAX_FIRST_ATTEMPTS } = this.options;
      if (this.#attempt >= maxAttempts || now() + delay - connections.changedAt > maxElapsed) {
        return this.#end({ ...info, error: giveUpError(this.#attempt, lastError) });
      }
      const pause = { attempt: this.#attempt + 1, delay, error: lastError };
      this.options.events.emit("retry", () => pause);
      this.status.set({ type: "waiting", ...pause });
      // Events of the page cannot cut short a pause that the server asked for.
      await sleep(minimum, step, this.#pauseTimer);
      // An event such as `online` wakes many clients at the same time, so jitter follows it as well.
      if (await sleep(jitter, step, this.#pauseTimer, this.#wakeups)) {
        await sleep(Math.random() * backoff.min, step, this.#pauseTimer);
      }
      if (isCut()) this.#attempt = this.#failures = 0;
    }
  }

  /** Waits until the client is started, or ends. */
  async #pause(): Promise<void> {
    this.status.set({ type: "suspended" });
    const resumed = new Promise<void>((resolve) => (this.#resume = resolve));
    const stop = onAbort(this.signal, () => this.#resume?.());
    await resumed;
    stop();
    this.#resume = undefined;
    this.#connections.changedAt = now();
  }

  /** Starts an attempt and the pause after it. Both end when the signal aborts. */
  #startStep(): AbortSignal {
    this.#releaseStep?.();
    const step = (this.#step = new AbortController());
    this.#releaseStep = onAbort(this.signal, () => step.abort());
    return step.signal;
  }

  /**
   * Ends the client once, because of `info.error` if there is one; all ways to end it lead here. `closed`
   * settles when the connection has ended: with `info`, or with the outcome of its close handshake if
   * `isHandshake` is true.
   */
  async #end(info: CloseInfo, isHandshake?: boolean): Promise<void> {
    if (this.signal.aborted) return;
    this.error = info.error;
    this.#controller.abort();
    this.options.inbox.close();
    if (!this.options.outbox) this.delivery.queue.clear("closed", "CLOSED");
    const end = await this.#connections.ended();
    const result = isHandshake && end ? { ...end, clean: info.clean && end.clean } : info;
    this.status.set({ type: "closed", error: result.error });
    this.#settleClosed(Object.freeze(result));
  }
}
