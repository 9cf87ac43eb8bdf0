import { Channel } from "../channel/channel.js";
import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import { onAbort } from "../time/abort.js";
import { now, startTimer } from "../time/clock.js";
import { pauseAfter } from "./backoff.js";
import { closeError } from "./errors.js";
import type { Outcome } from "./establish.js";
import { handOver } from "./hand-over.js";
import type { HandOverHost } from "./hand-over.js";
import type { AttemptInfo } from "./options.js";
import { PauseTimer } from "./pause-timer.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { sleep } from "./waits.js";

/** A connection is replaced at a random age between these parts of `maxLifetime`, so that clients spread. */
const EARLIEST_AGE = 0.9;
const LATEST_AGE = 0.98;

/** The reconnecting client whose connection a rotation replaces. */
export interface RotationHost extends Omit<HandOverHost, "adopt"> {
  /** Makes a connection the one that is used; `attempt` is the number of the attempt that opened it. */
  adopt(successor: Client, attempt: number): void;
  /** Makes one attempt to open a connection. */
  establish(info: AttemptInfo): Promise<Outcome>;
  /** Called when the open connection ends while its successor is dialled. */
  onLost(attempt: number): Promise<void>;
}

/**
 * Replaces an open connection by a new one: before it is `maxLifetime` old, or when `request` is called. The old
 * connection stays open if an attempt fails; the next attempt follows by backoff.
 */
export class Rotation {
  /** True while a successor is dialled, or traffic moves to it. */
  isReplacing = false;

  readonly #options: ResolvedReconnectOptions;
  readonly #host: RotationHost;
  /** A value begins a rotation, or ends the pause before its next attempt. */
  readonly #requests = new Channel<unknown>();
  #isRequested = false;
  readonly #pauseTimer = new PauseTimer();

  constructor(options: ResolvedReconnectOptions, host: RotationHost) {
    this.#options = options;
    this.#host = host;
    // The open connection keeps the process alive, if it should be.
    this.#pauseTimer.setRef(false);
  }

  /** Replaces the connection now. Has no effect while its successor is dialled. */
  request(): void {
    this.#isRequested = true;
    this.#requests.trySend(true);
  }

  /**
   * Resolves with the successor of `current`, or with `undefined` when `current` has ended without one. The
   * successor has been adopted, unless `current` ended before.
   */
  async run(current: Client): Promise<Client | undefined> {
    const life = this.#lifeOf(current);
    const stopTimer = this.#startTimer(current.internals.openedAt);
    if (!this.#isRequested) await this.#requests.receive({ signal: life.signal }).catch(() => {});
    stopTimer();
    try {
      return await this.#replace(current, life.signal);
    } finally {
      life.stop();
    }
  }

  #startTimer(openedAt: number): () => void {
    const { maxLifetime } = this.#options;
    if (!maxLifetime) return () => {};
    const age = EARLIEST_AGE + (LATEST_AGE - EARLIEST_AGE) * Math.random();
    const due = openedAt + maxLifetime * age;
    // It need not keep the process alive, because the connection does.
    return startTimer(due - now(), () => this.request(), false);
  }

  async #replace(current: Client, life: AbortSignal): Promise<Client | undefined> {
    const { backoff, retryAfterMax } = this.#options;
    let lastError: WsError | undefined;
    for (let attempt = 1; !life.aborted; attempt++) {
      this.isReplacing = true;
      const { client, info } = await this.#attempt(current, life, attempt, lastError);
      this.isReplacing = false;
      if (info) this.#isRequested = false;
      if (client) return client;
      lastError = info.error ?? closeError(info);
      const [minimum, jitter] = pauseAfter(attempt - 1, backoff, retryAfterMax, lastError.details);
      const delay = minimum + jitter * Math.random();
      const pause = { attempt: attempt + 1, delay, error: lastError };
      if (!isAborted(life)) this.#options.events.emit("retry", () => pause);
      await sleep(delay, life, this.#pauseTimer, this.#requests);
    }
    return undefined;
  }

  /** Makes one attempt: dials, and hands over unless `current` has ended. */
  async #attempt(
    current: Client,
    life: AbortSignal,
    attempt: number,
    lastError: WsError | undefined,
  ): Promise<Outcome> {
    const host = this.#host;
    const start = now();
    const establishing = host.establish({ attempt, lastError, signal: host.signal });
    await Promise.race([establishing, current.closed]);
    if (life.aborted) await host.onLost(attempt);
    const outcome = await establishing;
    this.#isRequested = false;
    const { client } = outcome;
    if (!client || isAborted(life)) return outcome;
    const adopt = (successor: Client): void => {
      // A later request is for the successor.
      this.#isRequested = false;
      host.adopt(successor, attempt);
    };
    const isMoved = await handOver(current, client, now() - start, { ...host, adopt });
    return isMoved ? outcome : { info: await client.closed };
  }

  /** Returns a signal that aborts when a connection ends or the client needs it no more. */
  #lifeOf(current: Client): { readonly signal: AbortSignal; stop(): void } {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    void current.closed.then(abort);
    return { signal: controller.signal, stop: onAbort(this.#host.signal, abort) };
  }
}

/** A function, because TypeScript assumes that the signal does not change. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
