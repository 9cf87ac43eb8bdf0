import { parseDuration } from "./duration.js";
import type { Duration } from "./duration.js";
import { unknownOption, WsError } from "./errors.js";
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
const MAX_DELAY = 2 ** 31 - 1;

/** A deadline noticed this late says that this process was stopped, not that the peer was silent. */
const LATE = 1000;

/** Milliseconds on a clock that no one sets back. */
export function now(): number {
  return performance.now();
}

/** Calls `expire` after `delay` milliseconds, however long; at least one. Returns what stops it. */
export function startTimer(delay: number, expire: () => void): () => void {
  const due = now() + delay;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number): void => {
    timer = setTimeout(
      left > MAX_DELAY ? () => arm(due - now()) : expire,
      Math.min(Math.ceil(left), MAX_DELAY),
    );
  };
  arm(delay);
  return () => clearTimeout(timer);
}

/** Calls `run` in a later turn of the event loop, after timers and arrived data had theirs. */
export function nextTurn(run: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  if (setImmediate) setImmediate(run);
  else setTimeout(run, 0);
}

/** The waits on each signal. Many waits share one listener, which goes with the last of them. */
const waits = /* @__PURE__ */ new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `abort` when the signal fires. Returns what stops it. */
export function onAbort(signal: AbortSignal, abort: () => void): () => void {
  let set = waits.get(signal);
  if (set === undefined) waits.set(signal, (set = new Set()));
  if (set.size === 0) signal.addEventListener("abort", fireAborts);
  const waiting = set;
  // A fresh function, so that one callback may wait twice.
  const wait = (): void => abort();
  waiting.add(wait);
  return () => {
    if (waiting.delete(wait) && waiting.size === 0) signal.removeEventListener("abort", fireAborts);
  };
}

function fireAborts(this: AbortSignal): void {
  const set = waits.get(this);
  waits.delete(this);
  this.removeEventListener("abort", fireAborts);
  set?.forEach((wait) => {
    set.delete(wait);
    wait();
  });
}

/** The error of a wait that a signal ended. */
export function abortError(operation: string, signal: AbortSignal): WsError {
  return new WsError("ABORTED", `${operation}: aborted`, { cause: signal.reason });
}

/** The names of {@link WaitOptions}. */
export const WAIT_OPTIONS: readonly string[] = ["timeout", "signal"];

interface ParseWaitSettings {
  /** In milliseconds. */
  readonly defaultTimeout?: number;
  /** The options that are allowed. */
  readonly names?: readonly string[];
}

/** The options of a wait, checked. */
export interface Wait {
  readonly operation: string;
  readonly timeoutCode: ErrorCode;
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Checks the options of a wait; throws `INVALID_DURATION`, `INVALID_OPTION`, or `ABORTED`. */
export function parseWait(
  operation: string,
  timeoutCode: ErrorCode,
  options: WaitOptions,
  { defaultTimeout, names = WAIT_OPTIONS }: ParseWaitSettings = {},
): Wait {
  checkNames(operation, options, names);
  const { timeout, signal } = options;
  checkSignal(operation, signal);
  if (signal?.aborted) throw abortError(operation, signal);
  return {
    operation,
    timeoutCode,
    timeout: timeout === undefined ? defaultTimeout : parseTimeout(operation, timeout),
    signal,
  };
}

function parseTimeout(operation: string, timeout: Duration): number {
  try {
    return parseDuration(timeout);
  } catch (cause) {
    const why = (cause as WsError).message;
    throw new WsError("INVALID_DURATION", `${operation}: option timeout: ${why}`, { cause });
  }
}

/** A misspelt `timeout` would wait for ever. */
function checkNames(operation: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new WsError("INVALID_OPTION", `${operation}: options must be an object`);
  }
  for (const name in options) {
    if (!names.includes(name)) throw unknownOption(operation, name, names);
  }
}

/** Whether it can be listened to as to a signal, be it of another realm. */
export function isSignal(value: unknown): boolean {
  return typeof (value as Partial<AbortSignal> | null | undefined)?.addEventListener === "function";
}

/** Throws `INVALID_OPTION` for anything but a signal or nothing. */
function checkSignal(operation: string, signal: AbortSignal | undefined): void {
  if (signal !== undefined && !isSignal(signal)) {
    throw new WsError("INVALID_OPTION", `${operation}: option signal must be an AbortSignal`);
  }
}

function timeoutError({ operation, timeout, timeoutCode }: Wait): WsError {
  return new WsError(timeoutCode, `${operation}: nothing within ${String(timeout)} ms`);
}

/** Throws the wait's timeout error if it was not to wait at all. */
export function checkMayWait(wait: Wait): void {
  if (wait.timeout === 0) throw timeoutError(wait);
}

/** Calls `fail` when the wait is over before it was released. Returns what releases it. */
export function guardWait(wait: Wait, fail: (error: WsError) => void): () => void {
  const { operation, timeout, signal } = wait;
  let waiting = true;
  const release = (): void => {
    waiting = false;
    stopTimer?.();
    stopListening?.();
  };
  const end = (error: () => WsError): void => {
    if (!waiting) return;
    release();
    fail(error());
  };
  const expire = (): void => {
    end(() => timeoutError(wait));
  };
  // What had arrived before the time was up wins, even where this process was too busy to read it.
  const stopTimer = timeout === undefined ? undefined : startTimer(timeout, () => nextTurn(expire));
  const stopListening = signal && onAbort(signal, () => end(() => abortError(operation, signal)));
  return release;
}

/**
 * A deadline that life puts off: expires when `period` milliseconds have passed without any.
 *
 * It costs no timer per sign of life: `touch` notes the time, and one timer looks now and then. It
 * never blames the peer for this process's own sleep: noticed more than a second late, it grants one
 * more period, and before it expires it lets the event loop take in what had arrived meanwhile.
 */
export class Deadline {
  readonly #period: number;
  readonly #alive: () => boolean;
  readonly #expire: () => void;
  #last = 0;
  #due = 0;
  #confirming = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `alive` says whether there was life since it was last asked, or none is owed at present. */
  constructor(period: number, expire: () => void, alive: () => boolean = () => false) {
    this.#period = period;
    this.#expire = expire;
    this.#alive = alive;
  }

  /** Notes a sign of life. */
  touch(): void {
    this.#last = now();
  }

  /** Starts to wait, unless it does already. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.touch();
    this.#alive();
    this.#arm(this.#period);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#confirming = false;
  }

  /** Looks again within a quarter of the period: what `alive` tells has no time of its own. */
  #arm(left: number): void {
    const delay = Math.min(Math.max(Math.ceil(left), 1), Math.ceil(this.#period / 4), MAX_DELAY);
    this.#due = now() + delay;
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  #look(): void {
    const time = now();
    if (this.#alive() || time - this.#due > LATE) this.#last = time;
    const left = this.#last + this.#period - time;
    if (left > 0) {
      this.#confirming = false;
      this.#arm(left);
    } else if (this.#confirming) {
      this.stop();
      this.#expire();
    } else {
      this.#confirming = true;
      this.#arm(0);
    }
  }
}
