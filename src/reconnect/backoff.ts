import type { ErrorDetails } from "../errors/ws-error.js";

/** How long to wait between attempts, in milliseconds. */
export interface Backoff {
  readonly min: number;
  readonly max: number;
  readonly factor: number;
}

/** A wait in milliseconds: at least `least`, and on top of it a random part of `spread`. */
export type Pause = readonly [least: number, spread: number];

/** The shortest wait after 1012, which IANA's registry of close codes sets to a random 5 to 30 seconds. */
const RESTART = 5_000;

/**
 * The wait after a failure that `failures` others preceded: full jitter over a window that grows up to
 * `max`. A server that asks for time gets it. After `Retry-After`, cut to `retryAfterMax` or to a larger
 * `max`, the window begins when that is over and is at least as long again, up to `max`, so that clients
 * which were told the same do not come back together. After 1012 and 1013 the wait is 5 s to `max`, because
 * all clients of a server come back.
 */
export function pauseAfter(
  failures: number,
  { min, max, factor }: Backoff,
  retryAfterMax: number,
  { retryAfter = 0, closeCode = 0 }: ErrorDetails = {},
): Pause {
  const least = Math.min(RESTART, max);
  if (closeCode === 1012 || closeCode === 1013) return [least, max - least];
  // An error of the user's may hold any number: a negative one or NaN is none.
  const asked = retryAfter > 0 ? Math.min(retryAfter, Math.max(retryAfterMax, max)) : 0;
  return [asked, Math.min(max, Math.max(min * factor ** failures, asked))];
}
