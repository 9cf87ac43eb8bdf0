import { durationOf } from "./duration.js";
import type { Duration } from "./duration.js";
import { invalid, pickKnown, WsError } from "./errors.js";
import type { ErrorCode } from "./errors.js";

/** How long a wait may take, and what else ends it. */
export interface WaitOptions {
  /**
   * The longest wait: milliseconds or a Go duration. `0` does not wait at all. Default: for ever.
   */
  readonly timeout?: Duration | undefined;
  /** Ends the wait with `ABORTED`, its reason as the cause. Nothing that was waited for is lost. */
  readonly signal?: AbortSignal | undefined;
}

/** The longest delay `setTimeout` takes; longer waits are chained. */
const MAX_DELAY = 2_147_483_647;

/** A deadline noticed this late says that this process was stopped, not that the peer was silent. */
const LATE = 1000;

/** Milliseconds on a clock that no one sets back. */
export function now(): number {
  return performance.now();
}

/**
 * Calls `expire` after `delay` milliseconds, however long; at least one. Returns what stops it. In Node the
 * timer does not keep the process alive if `keepsAlive` is false.
 */
export function startTimer(delay: number, expire: () => void, keepsAlive = true): () => void {
  const due = now() + delay;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    const left = due - now();
    timer = setTimeout(left > MAX_DELAY ? arm : expire, Math.min(Math.ceil(left), MAX_DELAY));
    if (!keepsAlive) (timer as { unref?: () => unknown }).unref?.();
  };
  arm();
  return () => clearTimeout(timer);
}

type Schedule = (run: () => void) => void;

interface Scheduler {
  readonly setImmediate?: Schedule;
  readonly setTimeout: Schedule;
}

/**
 * Calls `run` in a later turn of the event loop, after due timers and arrived data were processed.
 *
 * Captured on import, as is {@link microtask}: fake timers that a test installs later may hold work
 * back for ever, and what is scheduled here is no deadline.
 */
export const nextTurn: Schedule = /* @__PURE__ */ (() => {
  const { setImmediate, setTimeout } = globalThis as unknown as Scheduler;
  return setImmediate ?? setTimeout;
})();

/** Calls `run` once the current call stack is empty; an exception in it is reported as uncaught. */
export const microtask: Schedule = /* @__PURE__ */ (() => globalThis.queueMicrotask)();

/** The waits on one signal, which are its listener as well: many waits share one. */
class AbortWaits extends Set<() => void> {
  handleEvent(): void {
    for (const abort of this) abort();
  }
}

const waitsOf = /* @__PURE__ */ new WeakMap<AbortSignal, AbortWaits>();

/** Calls `abort` when the signal fires. Returns what stops it; the last to stop takes the listener. */
export function onAbort(signal: AbortSignal, abort: () => void): () => void {
  const waits = waitsOf.get(signal) ?? new AbortWaits();
  waitsOf.set(signal, waits);
  signal.addEventListener("abort", waits);
  // A fresh function, so that one callback may wait twice.
  const wait = (): void => abort();
  waits.add(wait);
  return () => {
    waits.delete(wait);
    if (waits.size === 0) signal.removeEventListener("abort", waits);
  };
}

/** The error of a wait that a signal ended. */
export function abortError(operation: string, signal: AbortSignal): WsError {
  return new WsError("ABORTED", `${operation}: aborted`, { cause: signal.reason });
}

/** Whether it can be listened to as to a signal, be it of another realm. */
export function isSignal(value: unknown): boolean {
  return typeof (value as Partial<AbortSignal> | null | undefined)?.addEventListener === "function";
}

/** Returns true if a signal is given. Throws `INVALID_OPTION` for anything else but `undefined`. */
export function checkSignal(
  operation: string,
  signal: AbortSignal | undefined,
): signal is AbortSignal {
  if (signal === undefined || isSignal(signal)) return signal !== undefined;
  throw invalid(`${operation}: option signal`, "an AbortSignal", signal);
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

/** A deadline that life puts off; made by {@link startDeadline}. */
export interface Deadline {
  /** Notes a sign of life. */
  touch(): void;
  stop(): void;
}

/**
 * Calls `expire` when `period` milliseconds have passed without life. `alive` says whether there was
 * any since it was last asked, or none is owed at present.
 *
 * It costs no timer per sign of life: `touch` notes the time, and one timer looks now and then. It
 * never blames the peer for this process's own sleep: noticed more than `late` milliseconds late, it
 * grants one more period, and before it expires it lets the event loop take in what had arrived. Only
 * one: of a hidden tab browsers fire each timer late.
 */
export function startDeadline(
  period: number,
  expire: () => void,
  alive: () => boolean = () => false,
  late: number = LATE,
): Deadline {
  let last = now();
  let due: number;
  let granted = false;
  let confirming = false;
  let timer: ReturnType<typeof setTimeout>;
  /** Looks again within a quarter of the period: what `alive` tells has no time of its own. */
  const arm = (left: number): void => {
    const delay = Math.min(left, period / 4);
    due = now() + delay;
    timer = setTimeout(look, delay);
  };
  const look = (): void => {
    const time = now();
    const isAlive = alive();
    if (isAlive || (!granted && time - due > late)) {
      last = time;
      granted = !isAlive;
    }
    const left = last + period - time;
    if (left > 0) {
      confirming = false;
      arm(left);
    } else if (confirming) {
      expire();
    } else {
      confirming = true;
      arm(0);
    }
  };
  alive();
  arm(period);
  return {
    touch() {
      last = now();
      granted = false;
    },
    stop: () => clearTimeout(timer),
  };
}
