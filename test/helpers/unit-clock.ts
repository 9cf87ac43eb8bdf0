import { afterEach, beforeEach, expect, vi } from "vitest";

/** Lets a file's tests move the time by hand, and checks that each leaves no timer behind. */
export function useClock(): void {
  beforeEach(startClock);
  afterEach(() => {
    const left = vi.isFakeTimers() ? vi.getTimerCount() : 0;
    vi.useRealTimers();
    expect(left, "timers left").toBe(0);
  });
}

/** Immediates stay real: a turn of the event loop takes no time. */
export function startClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
}

/** Lets so many milliseconds pass, and then a few turns of the event loop. */
export async function advance(time: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(time);
  await turns();
}

/** Lets the event loop turn a few times. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
