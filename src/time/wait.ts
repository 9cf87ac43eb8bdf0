import type { ErrorCode } from "../errors/error-codes.js";
import { pickKnown } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { abortError, checkSignal, onAbort } from "./abort.js";
import { nextTurn, startTimer } from "./clock.js";
import { durationOf } from "./duration.js";
import type { Duration } from "./duration.js";

/** Options that bound a wait. */
export interface WaitOptions {
  /**
   * The longest wait: milliseconds or a Go duration, up to 292 years. With `0` the operation fails at once if
   * it would have to wait. Default: for ever.
   */
  readonly timeout?: Duration | undefined;
  /**
   * Ends the wait with `ABORTED` when it is aborted; the error's `cause` is the signal's reason. No value is
   * lost. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@link WaitOptions}. */
export const WAIT_OPTIONS: readonly string[] = ["timeout", "signal"];

/** An operation that may have to wait. */
export interface Waiting<T> {
  /** The timeout in milliseconds if the options have none. Default: for ever. */
  readonly timeout?: number;
  /** Returns the result if it is available without waiting; `undefined` otherwise. */
  readonly attempt?: () => T | undefined;
  /** Starts to wait, and calls `done` with the result. Returns a function that cancels the wait. */
  readonly park: (done: (result: T | WsError) => void) => () => void;
}

/**
 * Runs one operation under the timeout and signal of `options`. Rejects with `timeoutCode`, `ABORTED`,
 * `INVALID_DURATION`, `INVALID_OPTION` or the operation's own error. However it ends, no timer, listener or
 * waiter remains.
 *
 * @param operation The name that error messages begin with.
 * @param names The names of the options that are allowed.
 */
export async function waitFor<T>(
  operation: string,
  timeoutCode: ErrorCode,
  options: WaitOptions,
  { timeout: defaultTimeout = Infinity, attempt, park }: Waiting<T>,
  names: readonly string[] = WAIT_OPTIONS,
): Promise<T> {
  // Rejects unknown names, because a misspelt `timeout` would wait for ever.
  const { signal, timeout: given } = pickKnown(operation, options, names) as WaitOptions;
  const where = `${operation}: option timeout`;
  const timeout = given === undefined ? defaultTimeout : durationOf(where, given);
  if (checkSignal(operation, signal) && signal.aborted) throw abortError(operation, signal);
  const timeoutError = (): WsError =>
    new WsError(timeoutCode, `${operation}: timed out after ${timeout} ms`);
  const cleanups: (() => void)[] = [];
  const result =
    attempt?.() ??
    (await new Promise<T | WsError>((resolve) => {
      // Cancels the wait synchronously, so that the next value goes to another waiter.
      const end = (outcome: T | WsError): void => {
        for (const cleanUp of cleanups) cleanUp();
        resolve(outcome);
      };
      if (timeout === 0) {
        end(timeoutError());
        return;
      }
      cleanups.push(park(end));
      // A result that arrived in time wins, even if this process was too busy to read it.
      const expire = (): void => nextTurn(() => end(timeoutError()));
      if (timeout < Infinity) cleanups.push(startTimer(timeout, expire));
      if (signal) cleanups.push(onAbort(signal, () => end(abortError(operation, signal))));
    }));
  if (result instanceof Error) throw result;
  return result;
}

/** A resolved promise, compared by identity: an operation that returns it has completed without waiting. */
export const DONE: Promise<void> = /* @__PURE__ */ Promise.resolve();

/**
 * Calls `start` and waits for the promise that it returns, under the timeout and signal of `options`. Does
 * not wait if that promise is {@link DONE}. `start` is called once, after the options have been checked, and not at
 * all if they are invalid or the signal is already aborted. A timeout or abort ends only the wait: the
 * operation goes on.
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
        // A failure after the end of the wait must not be reported as unhandled.
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
