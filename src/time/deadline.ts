import { now, startTimer } from "./clock.js";

/** A check that is late by more than this shows that this process was suspended, not that the peer was silent. */
const MAX_LATENESS_MS = 1000;

/** A deadline that each sign of life postpones; created by {@link startDeadline}. */
export interface Deadline {
  /** Restarts the period, because there was a sign of life. */
  touch(): void;
  /** Cancels the deadline. */
  stop(): void;
}

/**
 * Calls `expire` when `period` milliseconds have passed without a sign of life.
 *
 * A sign of life does not restart a timer: `touch` only records the time, and one timer checks that record
 * at least four times per period.
 *
 * The peer is never blamed for a suspension of this process. If a check runs more than `maxLateness`
 * milliseconds late, the deadline is extended by one period. It is extended only once between two signs
 * of life, because browsers fire every timer of a hidden tab late: the deadline would never expire. Before the deadline expires, the event loop gets one turn to
 * process data that has already been received.
 *
 * @param isAlive Returns true if there was a sign of life since its last call, or if none can be expected
 * now.
 * @param maxLateness The lateness in milliseconds that shows a suspension. `Infinity` extends no deadline.
 * @param keepsAlive If false, the deadline does not keep a Node process alive.
 */
export function startDeadline(
  period: number,
  expire: () => void,
  isAlive: () => boolean = () => false,
  maxLateness: number = MAX_LATENESS_MS,
  keepsAlive = true,
): Deadline {
  let last = now();
  let due: number;
  let isExtended = false;
  let isConfirming = false;
  let stopTimer: () => void;
  // `isAlive` does not report when the sign of life occurred, and the time of the check is used instead. At
  // least four checks per period keep that accurate enough.
  const arm = (remaining: number): void => {
    const delay = Math.min(remaining, period / 4);
    due = now() + delay;
    stopTimer = startTimer(delay, check, keepsAlive);
  };
  const check = (): void => {
    const time = now();
    const wasAlive = isAlive();
    if (wasAlive || (!isExtended && time - due > maxLateness)) {
      last = time;
      isExtended = !wasAlive;
    }
    const remaining = last + period - time;
    if (remaining > 0) {
      isConfirming = false;
      arm(remaining);
    } else if (isConfirming) {
      expire();
    } else {
      isConfirming = true;
      arm(0);
    }
  };
  isAlive();
  arm(period);
  return {
    touch() {
      last = now();
      isExtended = false;
    },
    stop: () => stopTimer(),
  };
}
