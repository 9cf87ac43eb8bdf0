import type { ErrorCode } from "../errors/error-codes.js";
import { pickKnown } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { abortError, checkSignal, onAbort } from "./abort.js";
import { nextTurn, startTimer } from "./clock.js";
import { durationOf } from "./duration.js";
import type { Duration } from "./duration.js";

/** How long a wait may take, and what else ends it. */
export interface WaitOptions {
  /**
   * The longest wait: milliseconds or a Go duration. `0` does not wait at all. Default: for ever.
   */
  readonly timeout?: Duration | undefined;
  /** Ends the wait with `ABORTED`, its reason as the cause. Nothing that was waited for is lost. */
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@link WaitOptions}. */
export const WAIT_OPTIONS: readonly string[] = ["timeout", "signal"];

/** What is waited for. */
export interface Waiting<T> {
  /** How long, in milliseconds, where the options do not tell. Default: for ever. */
  readonly timeout?: number;
  /** What there is without waiting, if anything. */
  readonly attempt?: () => T | undefined;
  /** Waits: calls `done` with what came of it. Returns what leaves nothing of the wait behind. */
  readonly park: (done: (result: T | WsError) => void) => () => void;
}

/**
 * One wait, under its timeout and signal. Rejects with `timeoutCode`, `ABORTED`, `INVALID_DURATION` or
 * `INVALID_OPTION`, or the error that came; whichever it is, nothing of the wait is left.
 */
export async function waitFor<T>(
  operation: string,
  timeoutCode: ErrorCode,
  options: WaitOptions,
  { timeout: usual = Infinity, attempt, park }: Waiting<T>,
  names: readonly string[] = WAIT_OPTIONS,
): Promise<T> {
  // A misspelt `timeout` would wait for ever.
  const { signal, timeout: given } = pickKnown(operation, options, names) as WaitOptions;
  const where = `${operation}: option timeout`;
  const timeout = given === undefined ? usual : durationOf(where, given);
  if (checkSignal(operation, signal) && signal.aborted) throw abortError(operation, signal);
  const timeoutError = (): WsError =>
    new WsError(timeoutCode, `${operation}: timed out after ${timeout} ms`);
  const stops: (() => void)[] = [];
  const result =
    attempt?.() ??
    (await new Promise<T | WsError>((resolve) => {
      // In the same moment: what comes next belongs to others.
      const end = (outcome: T | WsError): void => {
        for (const stop of stops) stop();
        resolve(outcome);
      };
      if (timeout === 0) {
        end(timeoutError());
        return;
      }
      stops.push(park(end));
      // What had arrived before the time was up wins, even where this process was too busy to read it.
      const expire = (): void => nextTurn(() => end(timeoutError()));
      if (timeout < Infinity) stops.push(startTimer(timeout, expire));
      if (signal) stops.push(onAbort(signal, () => end(abortError(operation, signal))));
    }));
  if (result instanceof Error) throw result;
  return result;
}

/** Marks by its identity that there is nothing to wait for. */
export const DONE: Promise<void> = /* @__PURE__ */ Promise.resolve();

/**
 * Bounds the wait for what `start` begins and returns, {@link DONE} if that needs no wait. It is called
 * once, after the options were checked; when the wait ends early, what it began goes on.
 *
 * Rejects as {@link waitFor} does.
 */
export async function waitForStarted(
  operation: string,
  timeoutCode: ErrorCode,
  options: WaitOptions,
  start: () => Promise<void>,
  names?: readonly string[],
): Promise<void> {
  let started = DONE;
  await waitFor<true>(
    operation,
    timeoutCode,
    options,
    {
      attempt() {
        started = start();
        // It may fail after the wait has ended.
        started.catch(() => {});
        return started === DONE || undefined;
      },
      park(done) {
        started.then(() => done(true), done);
        return () => {};
      },
    },
    names,
  );
}
