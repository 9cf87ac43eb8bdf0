import type { ErrorDetails } from "wschan";

/** How long to wait between attempts, in milliseconds. */
export interface Backoff {
  readonly min: number;
  readonly max: number;
  readonly factor: number;
}

/** A wait: at least so long, and on top a part, by chance, of `spread`. Both in milliseconds. */
export interface Pause {
  readonly least: number;
  readonly spread: number;
}

/** What IANA's registry of close codes says of 1012: come back after 5 to 30 seconds, by chance. */
const RESTART = 5_000;

/**
 * The pause after the `failures`th failure in a row, from 0 on: full jitter over a window that grows up
 * to `max`. A server that asks for time gets it: after `Retry-After` the window begins when that is
 * over, and is as long again, so that those who were told the same do not come back together; after 1012
 * and 1013 it is 5 s to `max`, for the whole of a server's clients comes back.
 */
export function pauseAfter(
  failures: number,
  { min, max, factor }: Backoff,
  { retryAfter = 0, closeCode }: ErrorDetails = {},
): Pause {
  if (closeCode === 1012 || closeCode === 1013) {
    const least = Math.min(RESTART, max);
    return { least, spread: max - least };
  }
  const spread = Math.min(max, Math.max(min * factor ** failures, retryAfter));
  return { least: retryAfter, spread };
}
