/** The longest delay that `setTimeout` supports; longer delays use several timers in a row. */
const MAX_DELAY_MS = 2_147_483_647;

type Schedule = (run: () => void) => void;

/** The time and the timers that this package uses. */
export interface TimeSource {
  /** Returns the time of a monotonic clock, in milliseconds. */
  now(): number;
  /** Returns the milliseconds since 1970. */
  epoch(): number;
  /**
   * Calls `run` after `delayMs`, at most {@link MAX_DELAY_MS}. Returns a function that cancels the timer.
   *
   * @param keepsAlive If false, the timer does not keep a Node process alive.
   */
  startTimer(delayMs: number, run: () => void, keepsAlive: boolean): () => void;
}

/** The platform's time. Looked up at each call, so that deadlines follow the fake timers of a test. */
const PLATFORM_TIME: TimeSource = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  startTimer(delayMs, run, keepsAlive) {
    const timer = setTimeout(run, delayMs);
    if (!keepsAlive) (timer as { unref?: () => unknown }).unref?.();
    return () => clearTimeout(timer);
  },
};

let source = PLATFORM_TIME;

/**
 * This and {@link microtask} are captured on import: fake timers that a test installs later must not hold back work
 * that is not a deadline.
 */
let turn: Schedule = /* @__PURE__ */ (() =>
  (globalThis as { readonly setImmediate?: Schedule }).setImmediate ?? setTimeout)();

/** The platform's own {@link nextTurn}. */
export const platformTurn: Schedule = turn;

/** Replaces the time and all timers that start from now on, and {@link nextTurn}. Default: the platform's. */
export function setTimeSource(
  replacement: TimeSource = PLATFORM_TIME,
  schedule: Schedule = platformTurn,
): void {
  source = replacement;
  turn = schedule;
}

/** Returns the time of the monotonic clock, in milliseconds. */
export function now(): number {
  return source.now();
}

/** Returns the milliseconds since 1970. */
export function epoch(): number {
  return source.epoch();
}

/**
 * Calls `expire` after `delay` milliseconds. Returns a function that cancels the timer.
 *
 * @param delay May be longer than `setTimeout` supports. Less than 1 ms counts as 1 ms.
 * @param keepsAlive If false, the timer does not keep a Node process alive.
 */
export function startTimer(delay: number, expire: () => void, keepsAlive = true): () => void {
  const due = now() + delay;
  let stop: () => void;
  const arm = (): void => {
    const remaining = due - now();
    const isTooLong = remaining > MAX_DELAY_MS;
    const step = Math.min(Math.ceil(remaining), MAX_DELAY_MS);
    stop = source.startTimer(step, isTooLong ? arm : expire, keepsAlive);
  };
  arm();
  return () => stop();
}

/** Calls `run` in a later turn of the event loop, after due timers and received data have been processed. */
export const nextTurn: Schedule = (run) => turn(run);

/** Calls `run` once the call stack is empty; an exception in it is reported as uncaught. */
export const microtask: Schedule = /* @__PURE__ */ (() => globalThis.queueMicrotask)();
