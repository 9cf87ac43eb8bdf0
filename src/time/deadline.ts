import { now } from "./clock.js";

/** A deadline noticed this late says that this process was stopped, not that the peer was silent. */
const LATE = 1000;

/** A deadline that life puts off; made by {@link startDeadline}. */
export interface Deadline {
  /** Notes a sign of life. */
  touch(): void;
  stop(): void;
}

/**
 * Calls `expire` when `period` milliseconds have passed without life. `alive` says whether there was
 * any since it was last asked, or none is owed at present.
 *
 * It costs no timer per sign of life: `touch` notes the time, and one timer looks now and then. It
 * never blames the peer for this process's own sleep: noticed more than `late` milliseconds late, it
 * grants one more period, and before it expires it lets the event loop take in what had arrived. Only
 * one: of a hidden tab browsers fire each timer late.
 */
export function startDeadline(
  period: number,
  expire: () => void,
  alive: () => boolean = () => false,
  late: number = LATE,
): Deadline {
  let last = now();
  let due: number;
  let granted = false;
  let confirming = false;
  let timer: ReturnType<typeof setTimeout>;
  /** Looks again within a quarter of the period: what `alive` tells has no time of its own. */
  const arm = (left: number): void => {
    const delay = Math.min(left, period / 4);
    due = now() + delay;
    timer = setTimeout(look, delay);
  };
  const look = (): void => {
    const time = now();
    const isAlive = alive();
    if (isAlive || (!granted && time - due > late)) {
      last = time;
      granted = !isAlive;
    }
    const left = last + period - time;
    if (left > 0) {
      confirming = false;
      arm(left);
    } else if (confirming) {
      expire();
    } else {
      confirming = true;
      arm(0);
    }
  };
  alive();
  arm(period);
  return {
    touch() {
      last = now();
      granted = false;
    },
    stop: () => clearTimeout(timer),
  };
}
