import type { ErrorDetails } from "wschan";

/** How long to wait between attempts, in milliseconds. */
export interface Backoff {
  readonly min: number;
  readonly max: number;
  readonly factor: number;
}

/** At least so long, and on top a part, by chance, of so long; in milliseconds. */
export type Pause = readonly [least: number, spread: number];

/** What IANA's registry of close codes says of 1012: come back after 5 to 30 seconds, by chance. */
const RESTART = 5_000;

/**
 * The pause after a failure, which `failures` others preceded: full jitter over a window that grows up
 * to `max`. A server that asks for time gets it: after `Retry-After` the window begins when that is
 * over, and is at least as long again, up to `max`, so that those who were told the same do not come back
 * together; after 1012 and 1013 it is 5 s to `max`, for all clients of a server come back.
 */
export function pauseAfter(
  failures: number,
  { min, max, factor }: Backoff,
  { retryAfter = 0, closeCode = 0 }: ErrorDetails = {},
): Pause {
  const least = Math.min(RESTART, max);
  if (closeCode === 1012 || closeCode === 1013) return [least, max - least];
  return [retryAfter, Math.min(max, Math.max(min * factor ** failures, retryAfter))];
}
