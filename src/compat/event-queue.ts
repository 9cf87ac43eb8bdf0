import { microtask } from "../time/clock.js";

/**
 * Runs a task later, after those that were enqueued before. The tasks must not throw.
 *
 * Each event must be dispatched in a task of the event loop of its own, so that promises that one event resolves are
 * handled before the next event (HTML, event loops). In Node, one chunk can hold many messages. Browsers deliver
 * each message in a task of its own anyway, and their timers are slow, so there a microtask suffices.
 *
 * Captured on import, because fake timers that a test installs must not hold back events.
 */
export const enqueue: typeof microtask = /* @__PURE__ */ (() => {
  const { setImmediate } = globalThis as { readonly setImmediate?: typeof microtask };
  return setImmediate ?? microtask;
})();
