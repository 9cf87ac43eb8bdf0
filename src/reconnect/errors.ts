import { WsError } from "../errors/ws-error.js";
import type { ErrorInit } from "../errors/ws-error.js";
import type { CloseInfo } from "../protocol/close.js";

/** Wraps what a callback of the application threw or rejected with; returns a `WsError` unchanged. */
export function callbackError(callback: string, cause: unknown): WsError {
  if (WsError.is(cause)) return cause;
  return new WsError("DIAL_FAILED", `${callback} failed`, { cause });
}

/** Makes the error for `shouldRetry` after a connection that ended without one. */
export function closeError({ code, reason, by }: CloseInfo): WsError {
  const isPeer = by === "peer";
  return new WsError(isPeer ? "CLOSED_BY_PEER" : "CLOSED", `connection: closed with code ${code}`, {
    kind: "UNAVAILABLE",
    retryable: !isPeer || code !== 1000,
    details: { closeCode: code, reason },
  });
}

/** Copies the error of the last attempt under a message that says that no other one follows. */
export function giveUpError(attempts: number, cause: WsError): WsError {
  const text = `reconnecting: gave up after ${attempts} attempt${attempts === 1 ? "" : "s"}: ${cause.message}`;
  const traits: ErrorInit = cause;
  return new WsError(cause.code, text, { ...traits, cause });
}
