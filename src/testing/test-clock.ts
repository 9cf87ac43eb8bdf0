import { WsError } from "../errors/ws-error.js";
import { epoch, nextTurn, now, setTimeSource } from "../time/clock.js";
import type { TimeSource } from "../time/clock.js";
import { parseDuration } from "../time/duration.js";
import type { Duration } from "../time/duration.js";
import { activity } from "./activity.js";
import { fastTurn } from "./fast-turn.js";

/** Turns of the event loop without any activity after which everything has settled. */
const QUIET_TURNS = 4;

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

let current: TestClock | undefined;

/**
 * Stands in for every timer and clock of this package, from its construction until it is disposed of: deadlines,
 * keep-alive, backoff, `after`, `ticker`, links of a `TestServer`. Time passes only by `advance` and `next`. Timers of
 * other code are not affected, so it works beside the fake timers of a test runner.
 *
 * Timers that are pending when it is disposed of never fire: close your clients first.
 */
export class TestClock {
  // An integer, so that sums of times have no rounding errors.
  readonly #start = Math.ceil(now());
  readonly #epoch = epoch();
  #elapsed = 0;
  #timers = new Set<Timer>();
  /** Settles when earlier calls of `advance` and `next` have ended. */
  #idle: Promise<unknown> = Promise.resolve();

  /** Throws `INVALID_OPTION` if another clock exists. */
  constructor() {
    if (current) {
      throw new WsError("INVALID_OPTION", "TestClock: another clock exists; dispose of it first");
    }
    // There is one at a time.
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    current = this;
    const source: TimeSource = {
      now: () => this.#start + this.#elapsed,
      epoch: () => this.#epoch + this.#elapsed,
      startTimer: (delayMs, run) => {
        activity.count++;
        const timer: Timer = { due: this.#elapsed + Math.max(delayMs, 0), run };
        this.#timers.add(timer);
        return () => {
          activity.count++;
          this.#timers.delete(timer);
        };
      },
    };
    setTimeSource(source, fastTurn());
  }

  /** The time that has passed on this clock, in milliseconds. */
  get now(): number {
    return this.#elapsed;
  }

  /**
   * Lets time pass, and runs each timer that is due at its time, also at exactly the end. Promises, and what arrives
   * in memory, run between timers and before this resolves. Rejects with `INVALID_DURATION`.
   *
   * @param duration Milliseconds or a Go duration.
   */
  async advance(duration: Duration): Promise<void> {
    const length = parseDuration(duration);
    await this.#enqueue(async () => {
      const target = this.#elapsed + length;
      for (let timer; (timer = this.#next) && timer.due <= target;) await this.#run(timer);
      this.#elapsed = target;
      await this.#settle();
    });
  }

  /** Advances to the next timer, if there is one, and runs it. Resolves with the time of the clock. */
  next(): Promise<number> {
    return this.#enqueue(async () => {
      const timer = this.#next;
      if (timer) await this.#run(timer);
      return this.#elapsed;
    });
  }

  /** Restores the real time. A second call has no effect. */
  dispose(): void {
    if (current !== this) return;
    current = undefined;
    this.#timers.clear();
    setTimeSource();
  }

  /** Calls `dispose()`, for `using` on platforms that have the symbol. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The timer that is due first; of several, the oldest. */
  get #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.due < next.due) next = timer;
    return next;
  }

  /** Runs a step after earlier ones, and after everything has settled. */
  #enqueue<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#idle.then(() => this.#settle()).then(step);
    this.#idle = result;
    return result;
  }

  async #run(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#elapsed = Math.max(this.#elapsed, timer.due);
    timer.run();
    await this.#settle();
  }

  /** Waits until nothing happens any more without the passing of time. */
  async #settle(): Promise<void> {
    for (let quiet = 0, seen = activity.count; quiet < QUIET_TURNS; quiet++) {
      await new Promise<void>((resolve) => nextTurn(resolve));
      if (activity.count !== seen) quiet = 0;
      seen = activity.count;
    }
  }
}
