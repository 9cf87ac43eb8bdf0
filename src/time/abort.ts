import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

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
