import { nextTurn, now } from "../time/clock.js";
import { DONE } from "../time/wait.js";
import type { ConnectionHost } from "./connection-host.js";
import { unreported } from "./unreported.js";

/** The longest time for which a loop of awaited sends may keep the event loop busy, in milliseconds. */
const MAX_TURN_MS = 5;

/**
 * Sends payloads, and waits for them to leave.
 *
 * A send settles at once while few bytes wait and the current turn of the event loop is young. Otherwise
 * all sends share one promise, which settles in a later turn, when fewer than `sendHighWaterMark` bytes
 * wait.
 */
export class Sending {
  messages = 0;
  bytes = 0;

  readonly #connection: ConnectionHost;
  /** Cost of the sends of the current turn, in bytes, and the time of the first. */
  #turnCost = 0;
  #turnStart = 0;
  /** True if a message has arrived since the last send. */
  #hasArrived = false;
  /** Promise shared by every send above the high-water mark. */
  #drained: Promise<void> | undefined;
  /** Promise shared by all waits for progress, and the function that settles it. */
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

  /** Sends a payload. Returns `undefined` if the connection takes no more, and the payload was not sent. */
  offer(payload: string | Uint8Array): Promise<void> | undefined {
    const { state, transport } = this.#connection;
    const size = state === "open" ? transport.send(payload) : undefined;
    if (size === undefined) return undefined;
    this.messages++;
    this.bytes += size;
    return this.#settle(size);
  }

  /** Settles when everything that was sent before this call is flushed. */
  flushed(operation: string): Promise<void> {
    const { transport } = this.#connection;
    const { accepted: taken } = transport;
    return this.until(operation, () => transport.flushed >= taken);
  }

  /** Settles when `holds` returns true, which is checked after every progress. */
  async until(operation: string, holds: () => boolean): Promise<void> {
    for (;;) {
      if (this.#connection.state === "closed") throw this.#connection.closedError(operation);
      if (holds()) return;
      await (this.#progress ??= new Promise((resolve) => (this.#notify = resolve)));
    }
  }

  /** Bytes have left, or the connection has ended: all waits check their conditions again. */
  onProgress(): void {
    this.#notify?.();
    this.#progress = this.#notify = undefined;
  }

  /** A message has arrived, so a new turn has begun. */
  onMessage(): void {
    this.#turnCost = 0;
    this.#hasArrived = true;
  }

  /** Returns a promise that settles when another send may follow one of `size` bytes. */
  #settle(size: number): Promise<void> {
    if (this.#turnCost === 0) {
      this.#turnStart = now();
      // An echo needs no callback to learn of the next turn: the next message that arrives begins it.
      if (!this.#hasArrived) nextTurn(() => (this.#turnCost = 0));
      this.#hasArrived = false;
    }
    // An empty message costs time, too.
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
      // Without this, a socket that accepts everything at once would starve the timers.
      await new Promise<void>((resolve) => nextTurn(resolve));
      this.#turnCost = 0;
      // If all is flushed and bytes still wait, they are pongs of the platform.
      await this.until("send", () => this.#isBelowMark() || this.isFlushed);
    } finally {
      this.#drained = undefined;
    }
  }
}
