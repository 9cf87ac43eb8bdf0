import { afterEach, beforeEach, expect, vi } from "vitest";

/** Installs a fake clock for each test of a file, and checks that no test leaves a timer pending. */
export function useClock(): void {
  beforeEach(startClock);
  afterEach(() => {
    const left = vi.isFakeTimers() ? vi.getTimerCount() : 0;
    // While the clock is fake, because restoring a spy on one of its functions puts that function back.
    vi.restoreAllMocks();
    vi.useRealTimers();
    expect(left, "timers left").toBe(0);
  });
}

/** Installs a fake clock. Immediates stay real, so a turn of the event loop takes no fake time. */
export function startClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
}

/** Advances the fake clock by `timeMs` milliseconds, and then waits a few turns of the event loop. */
export async function advance(timeMs: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(timeMs);
  await turns();
}

/** Waits `count` turns of the event loop. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
