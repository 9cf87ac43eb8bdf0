import type { ErrorDetails } from "../errors/ws-error.js";

/** Option `backoff`, validated and complete. `min` and `max` are in milliseconds. */
export interface Backoff {
  readonly min: number;
  readonly max: number;
  readonly factor: number;
}

/** A pause in milliseconds: at least `minimum`, plus a random part of `jitter`. */
export type Pause = readonly [minimum: number, jitter: number];

/** IANA's registry of close codes asks clients to wait a random 5 to 30 seconds after 1012. */
const MIN_RESTART_PAUSE_MS = 5_000;

/**
 * Computes the pause before the next attempt after `failures` earlier failures: full jitter over a window
 * that grows up to `max`.
 *
 * A server can ask for more time. The pause after `Retry-After` is at least the time asked for, limited to
 * `retryAfterMax` or to `max`, if that is larger. Its jitter is at least as long again, up to `max`, so
 * that clients with the same `Retry-After` do not return together. After 1012 and 1013 the pause is 5 s to
 * `max`, because all clients of the server reconnect.
 */
export function pauseAfter(
  failures: number,
  { min, max, factor }: Backoff,
  retryAfterMax: number,
  { retryAfter = 0, closeCode = 0 }: ErrorDetails = {},
): Pause {
  const minimum = Math.min(MIN_RESTART_PAUSE_MS, max);
  if (closeCode === 1012 || closeCode === 1013) return [minimum, max - minimum];
  // An error made by the application can hold any number; a negative one or NaN counts as 0.
  const requested = retryAfter > 0 ? Math.min(retryAfter, Math.max(retryAfterMax, max)) : 0;
  return [requested, Math.min(max, Math.max(min * factor ** failures, requested))];
}
