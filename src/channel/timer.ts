import { WsError } from "../errors/ws-error.js";
import { epoch, now, startTimer } from "../time/clock.js";
import { parseDuration } from "../time/duration.js";
import type { Duration } from "../time/duration.js";
import { ReceiveChannel } from "./channel.js";
import { offer, Queue } from "./queue.js";
import type { Receiver, ReceiveResult } from "./queue.js";

/**
 * A queue that adds each tick to itself when it is due. It runs a timer only while a receiver waits, so
 * that an abandoned queue costs nothing and does not keep the process alive.
 */
class TimerQueue extends Queue<Date> {
  /** The time of the next tick, by {@link now}; `Infinity` if there is none. */
  #due: number;
  /** In milliseconds; `Infinity` for a single tick. */
  #period: number;
  #stopTimer: (() => void) | undefined;

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
    // No tick of the old period arrives after a reset, as in Go since 1.23.
    super.take();
    this.#arm();
  }

  /** Closes the queue and discards a buffered tick: none arrives after a stop, as in Go since 1.23. */
  override close(): void {
    super.close();
    super.take();
  }

  /** Adds a tick to the queue if one is due. */
  #poll(): void {
    const lateness = now() - this.#due;
    if (lateness < 0 || this.closed) return;
    // Drops further missed ticks, as Go does. The next tick is due at a multiple of the period.
    this.#due += this.#period * (1 + Math.floor(lateness / this.#period));
    offer(this, new Date(epoch() - lateness));
  }

  /** Starts the timer of the next tick if a receiver waits, and stops it otherwise. */
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
 * Returns a channel on which one value arrives after `delay`: the time at which it was due. The channel is
 * not closed afterwards.
 *
 * A timer runs only while a receiver waits, so that a channel that is no longer used costs nothing and does
 * not keep the process alive.
 *
 * Throws `INVALID_DURATION`.
 *
 * @param delay Milliseconds or a Go duration, from 0 to 292 years.
 *
 * @see https://pkg.go.dev/time#After
 */
export function after(delay: Duration): ReceiveChannel<Date> {
  const ms = parseDuration(delay);
  return ReceiveChannel.of(new TimerQueue(ms, Infinity));
}

/** A channel with a tick every period, as Go's `time.Ticker`; created by {@link ticker}. */
export interface Ticker {
  /** The channel of the ticks. It buffers one tick, and drops further ones until that is received. */
  readonly channel: ReceiveChannel<Date>;
  /**
   * Restarts the ticker with another period. The next tick arrives one period from now; an unread tick is
   * discarded. Throws `INVALID_DURATION`, or `CHANNEL_CLOSED` after `stop`.
   *
   * @param period As for {@link ticker}.
   */
  reset(period: Duration): void;
  /** Stops the ticker, discards an unread tick and closes the channel. A second call has no effect. */
  stop(): void;
}

/**
 * Creates a ticker, with a channel on which a tick arrives every `period`: the time at which it was due. If
 * several ticks are missed, only the first of them arrives; the following ones are due at multiples of the
 * period, as before.
 *
 * A timer runs only while a receiver waits, so that a ticker that is no longer used costs nothing and does
 * not keep the process alive, even if it is not stopped.
 *
 * Throws `INVALID_DURATION`.
 *
 * @param period Milliseconds or a Go duration, more than 0, up to 292 years. Less than 1 ms counts as 1 ms.
 *
 * @see https://pkg.go.dev/time#NewTicker
 */
export function ticker(period: Duration): Ticker {
  const ms = parsePeriod(period);
  const queue = new TimerQueue(ms, ms);
  return {
    channel: ReceiveChannel.of(queue),
    reset(next) {
      const nextMs = parsePeriod(next);
      if (queue.closed) throw new WsError("CHANNEL_CLOSED", "ticker reset: ticker is stopped");
      queue.reset(nextMs);
    },
    stop: () => queue.close(),
  };
}

/**
 * Parses a period, at least 1 ms: timers are not more precise, and a tick per nanosecond would be a busy
 * loop.
 */
function parsePeriod(period: Duration): number {
  const ms = parseDuration(period);
  if (ms === 0) throw new WsError("INVALID_DURATION", "ticker: period must be more than 0");
  return Math.max(ms, 1);
}
