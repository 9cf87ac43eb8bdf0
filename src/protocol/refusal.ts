/** Makes the error of a handshake that a server refuses with an HTTP status. */
import type { ErrorKind } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import type { ErrorDetails } from "../errors/ws-error.js";
import { epoch } from "../time/clock.js";

/** The longest status text that a message shows, in characters. The server's may be as large as its header. */
const MAX_STATUS_TEXT_CHARS = 100;

/** The date format of HTTP (RFC 9110 section 5.6.7). `Date.parse` would accept almost any text. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;

const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

/** The meaning of an HTTP status for the caller. */
interface StatusTraits {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
}

/** The traits of a status. Any other 5xx has `SERVER_ERROR`, and any other status `UNEXPECTED_STATUS`. */
const STATUS_TRAITS: Readonly<Record<number, StatusTraits>> = {
  401: { kind: "PERMISSION_DENIED", retryable: false },
  403: { kind: "PERMISSION_DENIED", retryable: false },
  404: { kind: "NOT_FOUND", retryable: false },
  408: { kind: "TIMEOUT", retryable: true },
  410: { kind: "NOT_FOUND", retryable: false },
  429: { kind: "RATE_LIMITED", retryable: true },
  501: { kind: "UNAVAILABLE", retryable: false },
  505: { kind: "UNAVAILABLE", retryable: false },
};
const SERVER_ERROR: StatusTraits = { kind: "UNAVAILABLE", retryable: true };
const UNEXPECTED_STATUS: StatusTraits = { kind: "INTERNAL", retryable: false };

function traitsOf(status: number): StatusTraits {
  const isServerError = status >= 500 && status < 600;
  return STATUS_TRAITS[status] ?? (isServerError ? SERVER_ERROR : UNEXPECTED_STATUS);
}

/** Returns the error of a response with a status other than 101. `label` is the URL as errors show it. */
export function refusalError(label: string, details: ErrorDetails): WsError {
  const { status = 0, statusText = "" } = details;
  const answer = `${status} ${statusText.slice(0, MAX_STATUS_TEXT_CHARS)}`.trimEnd();
  const isRedirect = redirectLocation(details) !== undefined;
  const advice = isRedirect ? "; set node.followRedirects to follow redirects" : "";
  return new WsError(
    "HANDSHAKE_REJECTED",
    `dial ${label}: the server responded with ${answer}${advice}`,
    { ...traitsOf(status), details },
  );
}

/** Parses a `Retry-After` header in seconds or as a date (RFC 9110 section 10.2.3). Returns milliseconds. */
export function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  // RFC 9110 does not limit the number of digits, so a huge number is valid.
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  if (!HTTP_DATE.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - epoch());
}

/** Returns the `Location` of a response that is a redirect; `undefined` for any other. */
export function redirectLocation({ status = 0, headers }: ErrorDetails): string | undefined {
  const location = headers?.location;
  const isRedirect = REDIRECT_STATUSES.includes(status) && typeof location === "string";
  return isRedirect ? location : undefined;
}
