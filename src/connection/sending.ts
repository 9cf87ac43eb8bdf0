import { nextTurn, now } from "../time/clock.js";
import { DONE } from "../time/wait.js";
import type { ConnectionHost } from "./connection-host.js";
import { unreported } from "./unreported.js";

/** The longest time that a loop of awaited sends may block the event loop, in milliseconds. */
const MAX_TURN_MS = 5;

/**
 * Sends payloads with backpressure.
 *
 * A send settles at once if fewer than `sendHighWaterMark` bytes wait, and if the sends of the current turn of
 * the event loop have taken less than `MAX_TURN_MS` and fewer bytes than the mark. Otherwise it settles in a
 * later turn, when fewer bytes than the mark wait; all such sends share one promise.
 */
export class Sending {
  /** Number and payload bytes of the messages sent so far. */
  messages = 0;
  bytes = 0;

  readonly #connection: ConnectionHost;
  /** Bytes sent in this turn of the event loop, plus one for each message. */
  #turnCost = 0;
  /** Time of the first send of this turn. */
  #turnStart = 0;
  /** True if a message has arrived since the last send. */
  #hasArrived = false;
  /** Promise shared by every send above the high-water mark. */
  #drained: Promise<void> | undefined;
  /** Promise shared by all waits for progress, and the function that resolves it. */
  #progress: Promise<void> | undefined;
  #notify: (() => void) | undefined;

  constructor(connection: ConnectionHost) {
    this.#connection = connection;
  }

  /** True if the operating system has accepted everything that was sent. */
  get isFlushed(): boolean {
    const { transport } = this.#connection;
    return transport.flushed >= transport.accepted;
  }

  /** Sends a payload. Returns `undefined`, and does not send it, if the connection is not open. */
  offer(payload: string | Uint8Array): Promise<void> | undefined {
    const { state, transport } = this.#connection;
    const size = state === "open" ? transport.send(payload) : undefined;
    if (size === undefined) return undefined;
    this.messages++;
    this.bytes += size;
    this.#connection.events.message("out", typeof payload === "string" ? "text" : "binary", size);
    return this.#settle(size);
  }

  /** Resolves when everything that was sent before this call is flushed. Rejects if the connection ends. */
  flushed(operation: string): Promise<void> {
    const { transport } = this.#connection;
    const { accepted: target } = transport;
    return this.until(operation, () => transport.flushed >= target);
  }

  /** Resolves when `condition` is true; checks it after every progress. Rejects if the connection ends. */
  async until(operation: string, condition: () => boolean): Promise<void> {
    for (;;) {
      if (this.#connection.state === "closed") throw this.#connection.closedError(operation);
      if (condition()) return;
      await (this.#progress ??= new Promise((resolve) => (this.#notify = resolve)));
    }
  }

  /** Called when bytes have left or the connection has ended: wakes all waits to check their conditions. */
  onProgress(): void {
    this.#notify?.();
    this.#progress = this.#notify = undefined;
  }

  /** Called when a message has arrived, which begins a new turn. */
  onMessage(): void {
    this.#turnCost = 0;
    this.#hasArrived = true;
  }

  /** Returns the promise of a send of `size` bytes. */
  #settle(size: number): Promise<void> {
    if (this.#turnCost === 0) {
      this.#turnStart = now();
      // Fast path for replies: if a message arrived since the last send, the next message will probably reset
      // the cost, so no callback is needed.
      if (!this.#hasArrived) nextTurn(() => (this.#turnCost = 0));
      this.#hasArrived = false;
    }
    // An empty message also costs time.
    this.#turnCost += size + 1;
    const canContinue =
      this.#turnCost < this.#connection.options.sendHighWaterMark &&
      this.#isBelowMark() &&
      now() - this.#turnStart < MAX_TURN_MS;
    return canContinue ? DONE : (this.#drained ??= unreported(this.#drain()));
  }

  #isBelowMark(): boolean {
    const { bufferedAmount, options } = this.#connection;
    return bufferedAmount < options.sendHighWaterMark;
  }

  async #drain(): Promise<void> {
    try {
      // Always yield to the event loop, because a socket that accepts everything would starve the timers.
      await new Promise<void>((resolve) => nextTurn(resolve));
      this.#turnCost = 0;
      // If everything is flushed, bytes that still wait are the platform's own pongs.
      await this.until("send", () => this.#isBelowMark() || this.isFlushed);
    } finally {
      this.#drained = undefined;
    }
  }
}
