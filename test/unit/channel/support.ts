import type { ReceiveResult } from "../../../src/channel/queue.js";

/** The result of a receive on a closed and drained channel. */
export const CLOSED_RESULT = { ok: false, value: undefined };

/** The last result of an iterator. */
export const DONE = { done: true, value: undefined };

/** Returns the result of a receive that yields `value`. */
export function received<T>(value: T): ReceiveResult<T> {
  return { ok: true, value };
}
