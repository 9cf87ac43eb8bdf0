/** Copies facts from an HTTP response to the handshake. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { ErrorDetails } from "../../errors/ws-error.js";
import type { Handshake } from "../../protocol/transport.js";

/** The date format of HTTP (RFC 9110 section 5.6.7). `Date.parse` would accept almost any text. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;

const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

/** Returns the details of an error that a response causes. */
export function responseDetails(response: IncomingMessage): ErrorDetails {
  const { statusCode = 0, statusMessage = "" } = response;
  const retryAfter = parseRetryAfter(response.headers["retry-after"]);
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: copyHeaders(response.headers),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Returns a frozen copy of the headers. */
export function copyHeaders(headers: IncomingHttpHeaders): Handshake["headers"] {
  return Object.freeze({ ...headers }) as Handshake["headers"];
}

/** Parses a `Retry-After` header in seconds or as a date (RFC 9110 section 10.2.3). Returns milliseconds. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  // RFC 9110 does not limit the number of digits, so a huge number is valid.
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  if (!HTTP_DATE.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Returns the `Location` of a response that is a redirect; `undefined` for any other. */
export function redirectLocation({ status = 0, headers }: ErrorDetails): string | undefined {
  const location = headers?.location;
  const isRedirect = REDIRECT_STATUSES.includes(status) && typeof location === "string";
  return isRedirect ? location : undefined;
}
