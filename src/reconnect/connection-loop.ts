import { Channel } from "../channel/channel.js";
import type { Client } from "../connection/client.js";
import { WsError } from "../errors/ws-error.js";
import { checkClose } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Message } from "../protocol/message.js";
import { abortError, onAbort } from "../time/abort.js";
import { now } from "../time/clock.js";
import { pauseAfter } from "./backoff.js";
import { Delivery } from "./delivery.js";
import { dial } from "./dial.js";
import { callbackError, closeError, giveUpError } from "./errors.js";
import type { AttemptInfo } from "./options.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { StatusFeed } from "./status.js";
import { onWake } from "./wake.js";
import { runCallback, sleep } from "./waits.js";

/** Outcome of an attempt without a connection, and of an end without a close handshake. */
const ABNORMAL_CLOSE: CloseInfo = { code: 1006, reason: "", clean: false, by: "none" };

/** Default of `maxAttempts` until a connection has opened. */
const MAX_FIRST_ATTEMPTS = 10;

/**
 * Opens one connection after another until the client ends: attempt, verdict, pause.
 *
 * At most one attempt or connection exists at a time. `signal` aborts when the client begins to end,
 * which stops every wait and listener; the status is `closed` when its connection has ended as well.
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

  readonly #options: ResolvedReconnectOptions;
  #settleClosed!: (info: CloseInfo) => void;

  /** The connection of the current attempt, once the dial has succeeded. */
  #client: Client | undefined;
  /** True once a connection was open. */
  #hasOpened: boolean;
  /** Time at which the last connection opened or ended, or the client was made. */
  #changedAt = now();
  /** Aborts the current attempt, or the pause after it. */
  #step = new AbortController();
  /** Stops the end of the client from aborting the step. */
  #releaseStep: (() => void) | undefined;
  /** Starts the client; `undefined` while it is not suspended. */
  #resume: (() => void) | undefined;
  #isSuspended: boolean;
  /** A value ends the pause before the next attempt. It is dropped while there is no pause. */
  readonly #wakeups = new Channel<unknown>();

  constructor(options: ResolvedReconnectOptions) {
    const { signal } = options;
    this.#options = options;
    this.#hasOpened = options.resumed === true;
    this.#isSuspended = !options.autoStart;
    this.delivery = new Delivery(options);
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    onWake(this.signal, (isBack) => {
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
    return this.status.value.type === "open" ? this.#client : undefined;
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
    const clean = !this.delivery.queue.next;
    void this.#client?.close(code, reason);
    void this.#end({ code, reason, clean, by: "local" }, true);
  }

  /**
   * Makes the next attempt now, and restarts the counts: cuts short the current attempt or the pause before the
   * next one. Has no effect while a connection is open.
   */
  reconnect(): void {
    if (!this.connection) this.#step.abort();
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
    void this.#client?.close();
    this.#step.abort();
    await changed;
  }

  /** Ends the client without a close handshake, because of `error` if there is one. */
  terminate(error?: WsError): void {
    void this.#end({ ...ABNORMAL_CLOSE, by: "local", ...(error && { error }) });
    this.#client?.terminate();
  }

  async #run(): Promise<void> {
    const { backoff, maxElapsed, retryAfterMax, shouldRetry, stableAfter } = this.#options;
    const signal = this.signal;
    let failures = 0;
    let lastError: WsError | undefined;
    for (let attempt = 1; ; attempt++) {
      if (this.#isSuspended && !signal.aborted) await this.#pause();
      if (signal.aborted) return;
      const step = this.#startStep();
      // A function, because TypeScript assumes that the signal does not change.
      const isCut = (): boolean => step.aborted;
      this.status.set({ type: "connecting", attempt });
      const info = await this.#attempt({ attempt, lastError, signal: step });
      if (this.signal.aborted) return;
      if (isCut()) {
        this.#client = undefined;
        attempt = failures = 0;
        continue;
      }
      lastError = info.error ?? closeError(info);
      const contextError = this.#options.contextError();
      if (contextError) return this.#end({ ...info, error: contextError });
      // An async `shouldRetry` returns a promise, which is truthy and would retry for ever.
      const verdict: unknown = shouldRetry?.(lastError, attempt) ?? lastError.retryable;
      if (verdict !== true) return this.#end(info);
      const time = now();
      if (this.connection) {
        if (time - this.#changedAt >= stableAfter) attempt = failures = 0;
        this.#changedAt = time;
      }
      this.#client = undefined;
      const [minimum, spread] = pauseAfter(failures++, backoff, retryAfterMax, lastError.details);
      const jitter = Math.random() * spread;
      const delay = minimum + jitter;
      const { maxAttempts = this.#hasOpened ? Infinity : MAX_FIRST_ATTEMPTS } = this.#options;
      if (attempt >= maxAttempts || time + delay - this.#changedAt > maxElapsed) {
        return this.#end({ ...info, error: giveUpError(attempt, lastError) });
      }
      this.status.set({ type: "waiting", attempt: attempt + 1, delay, error: lastError });
      // Events of the page cannot cut short a pause that the server asked for.
      await sleep(minimum, step);
      // An event such as `online` wakes many clients at the same time, so jitter follows it as well.
      if (await sleep(jitter, step, this.#wakeups)) {
        await sleep(Math.random() * backoff.min, step);
      }
      if (isCut()) attempt = failures = 0;
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
    this.#changedAt = now();
  }

  /** Starts an attempt and the pause after it. Both end when the signal aborts. */
  #startStep(): AbortSignal {
    this.#releaseStep?.();
    const step = (this.#step = new AbortController());
    this.#releaseStep = onAbort(this.signal, () => step.abort());
    return step.signal;
  }

  /** Makes one attempt. Resolves when it has failed, or when the connection that it has opened has ended. */
  async #attempt(attemptInfo: AttemptInfo): Promise<CloseInfo> {
    const { attempt, signal } = attemptInfo;
    const options = this.#options;
    let error: WsError | undefined;
    try {
      const opened = (this.#client = await dial(options, attemptInfo));
      await runCallback("onConnect", options.dialTimeout, signal, () =>
        options.onConnect?.(opened, { attempt, resumed: this.#hasOpened }),
      );
      // `close` and `reconnect` can be called between the end of `onConnect` and here.
      if (signal.aborted) throw abortError("onConnect", signal);
      this.#open(opened, attempt);
    } catch (cause) {
      error = cause as WsError;
    }
    const client = this.#client;
    let info = ABNORMAL_CLOSE;
    if (client) {
      // If the connection has ended, its own error says more than that of `onConnect`.
      if (client.state !== "open") error = undefined;
      if (error) client.terminate();
      info = await client.closed;
      this.delivery.detach(info.clean, !this.signal.aborted);
    }
    return error ? { ...info, error } : info;
  }

  /** Connects a client to the channel and to delivery. Throws `SLOW_CONSUMER`. */
  #open(client: Client, attempt: number): void {
    const { inbox, marker } = this.#options;
    const openedAt = now();
    const reconnected: unknown = { type: "reconnected", attempt, gap: openedAt - this.#changedAt };
    if (marker && this.#hasOpened && inbox.put(reconnected as Message)) {
      const text = "reconnecting: exceeds bufferLimit";
      throw new WsError("SLOW_CONSUMER", text);
    }
    this.#changedAt = openedAt;
    this.#hasOpened = true;
    this.status.set({
      type: "open",
      attempt,
      get duration() {
        return now() - openedAt;
      },
    });
    // After the change of the status, so that listeners learn of the connection before its messages.
    client.internals.receiving.deliverTo(inbox);
    this.delivery.attach({
      offer: (payload) => client.internals.offer(payload),
      flush: () => client.flush(),
    });
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
    this.#options.inbox.close();
    if (!this.#options.outbox) this.delivery.queue.clear("closed", "CLOSED");
    const end = await this.#client?.closed;
    const result = isHandshake && end ? { ...end, clean: info.clean && end.clean } : info;
    this.status.set({ type: "closed", error: result.error });
    this.#settleClosed(Object.freeze(result));
  }
}
