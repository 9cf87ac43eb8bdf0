import { startTimer } from "../time/clock.js";

/**
 * Calls `run` in the next frame. A hidden page has no frames, so it is called after a second there, and again in the
 * frame that comes when the page is visible.
 */
export function atNextFrame(run: () => void): void {
  const request = (globalThis as Partial<typeof globalThis>).requestAnimationFrame;
  const stopTimer = startTimer(request ? 1_000 : 16, run, false);
  request?.(() => {
    stopTimer();
    run();
  });
}
