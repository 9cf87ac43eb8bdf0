import { WsError } from "../errors/ws-error.js";
import { now, startTimer } from "../time/clock.js";
import { parseDuration } from "../time/duration.js";
import type { Duration } from "../time/duration.js";
import { ReceiveChannel } from "./channel.js";
import { offer, Queue } from "./queue.js";
import type { Receiver, ReceiveResult } from "./queue.js";

/**
 * A queue that puts the time into itself when it is due. It holds a due time and arms a timer only
 * while somebody waits, so that one that is forgotten costs nothing and keeps no process alive.
 */
class Alarm extends Queue<Date> {
  #due: number;
  #period: number;
  #stopTimer: (() => void) | undefined;

  /** With a period it fires again and again; with `Infinity`, once. */
  constructor(delay: number, period: number) {
    super(1);
    this.#due = now() + delay;
    this.#period = period;
  }

  override get size(): number {
    this.#poll();
    return super.size;
  }

  override take(): ReceiveResult<Date> | undefined {
    this.#poll();
    return super.take();
  }

  override park(receiver: Receiver<Date>): void {
    super.park(receiver);
    this.#arm();
  }

  override unpark(receiver: Receiver<Date>): void {
    super.unpark(receiver);
    this.#arm();
  }

  reset(period: number): void {
    this.#due = now() + period;
    this.#period = period;
    // As in Go since 1.23: no tick of the old rhythm arrives after a reset.
    super.take();
    this.#arm();
  }

  /** Ends it. As in Go since 1.23, no tick arrives after that, not even one that was held. */
  override close(): void {
    super.close();
    super.take();
  }

  /** Puts the time into the queue if it is due. */
  #poll(): void {
    const late = now() - this.#due;
    if (late < 0 || this.closed) return;
    // Ticks that nobody took are dropped, as in Go; the rhythm stays.
    this.#due += this.#period * (1 + Math.floor(late / this.#period));
    offer(this, new Date(Date.now() - late));
  }

  /** Sets the timer anew, if somebody waits for what is still to come. */
  #arm(): void {
    this.#stopTimer?.();
    if (this.receivers.size === 0 || this.#due === Infinity) return;
    this.#stopTimer = startTimer(this.#due - now(), () => {
      this.#poll();
      this.#arm();
    });
  }
}

/**
 * A channel on which the time arrives once, after `delay`: milliseconds or a Go duration, from 0. It is
 * not closed afterwards. Throws `INVALID_DURATION`.
 *
 * @see https://pkg.go.dev/time#After
 */
export function after(delay: Duration): ReceiveChannel<Date> {
  const ms = parseDuration(delay);
  return ReceiveChannel.of(new Alarm(ms, Infinity));
}

/** A clock that ticks on a channel; made by {@link ticker}. */
export interface Ticker {
  /** The time arrives here at each tick; a tick that nobody took is dropped. */
  readonly channel: ReceiveChannel<Date>;
  /** Starts anew with this period. Throws `INVALID_DURATION`, `CHANNEL_CLOSED` after `stop`. */
  reset(period: Duration): void;
  /** Stops it and closes its channel. Stopping twice is fine. */
  stop(): void;
}

/**
 * A clock that ticks each `period`: milliseconds or a Go duration, more than 0. Throws
 * `INVALID_DURATION`.
 *
 * @see https://pkg.go.dev/time#NewTicker
 */
export function ticker(period: Duration): Ticker {
  const ms = parsePeriod(period);
  const alarm = new Alarm(ms, ms);
  return {
    channel: ReceiveChannel.of(alarm),
    reset(next) {
      const nextMs = parsePeriod(next);
      if (alarm.closed) throw new WsError("CHANNEL_CLOSED", "ticker reset: it was stopped");
      alarm.reset(nextMs);
    },
    stop: () => alarm.close(),
  };
}

/** Below a millisecond rounds up: no timer is finer, and a tick per nanosecond would be a busy loop. */
function parsePeriod(period: Duration): number {
  const ms = parseDuration(period);
  if (ms === 0) throw new WsError("INVALID_DURATION", "ticker: the period must be more than 0");
  return Math.max(ms, 1);
}
