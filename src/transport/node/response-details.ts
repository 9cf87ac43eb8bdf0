/** Copies facts from an HTTP response to the handshake. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { ErrorDetails } from "../../errors/ws-error.js";
import { parseRetryAfter } from "../../protocol/refusal.js";
import type { Handshake } from "../../protocol/transport.js";

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
