/** The longest delay `setTimeout` takes; longer waits are chained. */
const MAX_DELAY = 2_147_483_647;

/** Milliseconds on a clock that no one sets back. */
export function now(): number {
  return performance.now();
}

/**
 * Calls `expire` after `delay` milliseconds, however long; at least one. Returns what stops it. In Node the
 * timer does not keep the process alive if `keepsAlive` is false.
 */
export function startTimer(delay: number, expire: () => void, keepsAlive = true): () => void {
  const due = now() + delay;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    const left = due - now();
    timer = setTimeout(left > MAX_DELAY ? arm : expire, Math.min(Math.ceil(left), MAX_DELAY));
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
 * Calls `run` in a later turn of the event loop, after due timers and arrived data were processed.
 *
 * Captured on import, as is {@link microtask}: fake timers that a test installs later may hold work
 * back for ever, and what is scheduled here is no deadline.
 */
export const nextTurn: Schedule = /* @__PURE__ */ (() => {
  const { setImmediate, setTimeout } = globalThis as unknown as Scheduler;
  return setImmediate ?? setTimeout;
})();

/** Calls `run` once the current call stack is empty; an exception in it is reported as uncaught. */
export const microtask: Schedule = /* @__PURE__ */ (() => globalThis.queueMicrotask)();
