/** Makes the errors of a proxy. No message shows text from the proxy, which may repeat the credentials. */
import { STATUS_CODES } from "node:http";
import { WsError } from "../../../errors/ws-error.js";
import type { ErrorKind } from "../../../errors/error-codes.js";
import { isCertificateError, startError, textOf } from "../handshake-errors.js";
import type { Proxy } from "./proxy.js";

/** A dial through a proxy, as errors show it. */
export interface ProxiedDial {
  readonly proxy: Proxy;
  /** The URL that is dialled, as errors show it. */
  readonly label: string;
}

/** The meaning of a refusal for the caller. */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
}

export const WRONG_CREDENTIALS: Refusal = { kind: "PERMISSION_DENIED", retryable: false };
export const UNAVAILABLE: Refusal = { kind: "UNAVAILABLE", retryable: true };
export const NOT_ALLOWED: Refusal = { kind: "INTERNAL", retryable: false };

/** Returns the error of a CONNECT request that the proxy refused. */
export function statusError(dial: ProxiedDial, status: number, retryAfter?: number): WsError {
  const isServerError = status >= 500 && status < 600;
  const refusal = status === 407 ? WRONG_CREDENTIALS : isServerError ? UNAVAILABLE : NOT_ALLOWED;
  const details = { status, ...(retryAfter !== undefined && { retryAfter }) };
  const answer = `${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
  return refusedError(dial, answer, refusal, details);
}

/** Returns the error of a proxy that refused. `reason` must not be text from the proxy. */
export function refusedError(
  { proxy, label }: ProxiedDial,
  reason: string,
  refusal: Refusal,
  details: WsError["details"] = {},
): WsError {
  const hasCredentials = proxy.username !== "" || proxy.password !== "";
  const advice = hasCredentials
    ? "; check the credentials in the URL of the proxy"
    : "; put the credentials into the URL of the proxy: user:password@host";
  const message = `dial ${label}: ${proxy.label} refused: ${reason}`;
  return new WsError("PROXY_REJECTED", refusal === WRONG_CREDENTIALS ? message + advice : message, {
    ...refusal,
    details,
  });
}

/** Returns the error of a proxy whose answer violates its protocol. */
export function invalidAnswerError({ proxy, label }: ProxiedDial, problem: string): WsError {
  return new WsError("PROXY_REJECTED", `dial ${label}: ${proxy.label}: invalid answer: ${problem}`);
}

/**
 * Returns the error of a proxy that cannot be reached, that is not trusted, or that hangs up; or of an option that
 * Node rejects.
 */
export function unreachableError({ proxy, label }: ProxiedDial, cause: unknown): WsError {
  if (cause instanceof TypeError) return startError(label, cause);
  const where = `dial ${label}: ${proxy.label}`;
  if (isCertificateError(cause)) {
    const advice =
      "if the proxy is yours, pass the certificate of its authority as node.proxy.tls.ca";
    const message = `${where}: certificate not trusted: ${textOf(cause)}; ${advice}`;
    return new WsError("DIAL_FAILED", message, { retryable: false, cause });
  }
  return new WsError("DIAL_FAILED", `${where}: ${textOf(cause)}`, { cause });
}
