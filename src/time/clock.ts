/** The longest delay that `setTimeout` supports; longer delays use several timers in a row. */
const MAX_DELAY_MS = 2_147_483_647;

/** Returns the time of the monotonic clock, in milliseconds. */
export function now(): number {
  return performance.now();
}

/**
 * Calls `expire` after `delay` milliseconds. Returns a function that cancels the timer.
 *
 * @param delay May be longer than `setTimeout` supports. Less than 1 ms counts as 1 ms.
 * @param keepsAlive If false, the timer does not keep a Node process alive.
 */
export function startTimer(delay: number, expire: () => void, keepsAlive = true): () => void {
  const due = now() + delay;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    const remaining = due - now();
    timer = setTimeout(
      remaining > MAX_DELAY_MS ? arm : expire,
      Math.min(Math.ceil(remaining), MAX_DELAY_MS),
    );
    if (!keepsAlive) (timer as { unref?: () => unknown }).unref?.();
  };
  arm();
  return () => clearTimeout(timer);
}

type Schedule = (run: () => void) => void;

interface Scheduler {
  readonly setImmediate?: Schedule;
  readonly setTimeout: Schedule;
}

/**
 * Calls `run` in a later turn of the event loop, after due timers and received data have been processed.
 *
 * This and {@link microtask} are captured on import: fake timers that a test installs later must not hold
 * back work that is not a deadline.
 */
export const nextTurn: Schedule = /* @__PURE__ */ (() => {
  const { setImmediate, setTimeout } = globalThis as unknown as Scheduler;
  return setImmediate ?? setTimeout;
})();

/** Calls `run` once the call stack is empty; an exception in it is reported as uncaught. */
export const microtask: Schedule = /* @__PURE__ */ (() => globalThis.queueMicrotask)();
