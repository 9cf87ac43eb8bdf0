import { beforeEach } from "vitest";

/** The time that `performance.now` is ahead of the fake timers. */
export interface ClockSkew {
  ms: number;
}

/**
 * Lets a file's tests move the clock without running timers, as when the event loop is blocked or the
 * process is suspended. Call it after `useClock`. Each test starts with a skew of 0.
 */
export function useClockSkew(): ClockSkew {
  const skew: ClockSkew = { ms: 0 };
  beforeEach(() => {
    skew.ms = 0;
    const clock = performance.now.bind(performance);
    performance.now = () => clock() + skew.ms;
  });
  return skew;
}
