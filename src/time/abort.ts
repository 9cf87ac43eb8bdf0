import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

/** The callbacks of one signal. The set itself is the listener, so that any number of waits share one. */
class AbortCallbacks extends Set<() => void> {
  handleEvent(): void {
    for (const abort of this) abort();
  }
}

const callbacksOf = /* @__PURE__ */ new WeakMap<AbortSignal, AbortCallbacks>();

/**
 * Calls `abort` when the signal is aborted. Returns a function that cancels this; when no callback of the
 * signal is left, it also removes the listener.
 */
export function onAbort(signal: AbortSignal, abort: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? new AbortCallbacks();
  callbacksOf.set(signal, callbacks);
  signal.addEventListener("abort", callbacks);
  // A new function, because the set would ignore a callback that is registered a second time.
  const callback = (): void => abort();
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) signal.removeEventListener("abort", callbacks);
  };
}

/** Creates the error of an operation that was aborted; its `cause` is the signal's reason. */
export function abortError(operation: string, signal: AbortSignal): WsError {
  return new WsError("ABORTED", `${operation}: aborted`, { cause: signal.reason });
}

/** True if the value can be used as an `AbortSignal`, also if it comes from another realm. */
export function isSignal(value: unknown): boolean {
  return typeof (value as Partial<AbortSignal> | null | undefined)?.addEventListener === "function";
}

/** Returns true for a signal and false for `undefined`; throws `INVALID_OPTION` for anything else. */
export function checkSignal(
  operation: string,
  signal: AbortSignal | undefined,
): signal is AbortSignal {
  if (signal === undefined || isSignal(signal)) return signal !== undefined;
  throw invalid(`${operation}: option signal`, "an AbortSignal", signal);
}
