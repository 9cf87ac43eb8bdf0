import { Buffer } from "node:buffer";
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { parseTraits, WsError } from "../../errors.js";
import type { ErrorDetails } from "../../errors.js";
import type { Handshake } from "../../transport.js";

/** How much of a refusal's body is read, in bytes, and how long it is waited for, in milliseconds. */
const BODY_LIMIT = 65_536;
const BODY_TIMEOUT = 1_000;

/** OpenSSL's names of what is wrong with a certificate, as Node hands them on. */
const CERTIFICATE_ERROR =
  /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;

export function dialError(
  label: string,
  cause: Error & { code?: string },
  request: ClientRequest | undefined,
  response: IncomingMessage | undefined,
): WsError {
  const { code = "" } = cause;
  // The guard's.
  if (WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const why = cause.message || code;
  if (response !== undefined || code.startsWith("HPE_")) {
    return new WsError("HANDSHAKE_REJECTED", `dial ${label}: bad handshake: ${why}`, {
      details: response ? responseDetails(response) : {},
      cause,
    });
  }
  const socket = request?.socket as (Socket & { authorizationError?: unknown }) | null | undefined;
  if (socket?.authorizationError || CERTIFICATE_ERROR.test(code)) {
    return new WsError("DIAL_FAILED", `dial ${label}: certificate not trusted: ${why}`, {
      retryable: false,
      cause,
    });
  }
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { cause });
}

/** The kinds by HTTP status; a `+` marks one that is retryable. Of the others, 5xx is UNAVAILABLE. */
const STATUS_TRAITS: Readonly<Record<number, string>> = {
  401: "PERMISSION_DENIED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  408: "+TIMEOUT",
  410: "NOT_FOUND",
  429: "+RATE_LIMITED",
  501: "UNAVAILABLE",
  505: "UNAVAILABLE",
};

export function refusalError(label: string, response: IncomingMessage, body: string): WsError {
  const details = { ...responseDetails(response), body };
  const { status = 0, statusText = "" } = details;
  const traits =
    STATUS_TRAITS[status] ?? (status >= 500 && status < 600 ? "+UNAVAILABLE" : "INTERNAL");
  const hint = redirectHint(status);
  return new WsError(
    "HANDSHAKE_REJECTED",
    `dial ${label}: the server answered ${status} ${statusText}${hint}`,
    { ...parseTraits(traits), details },
  );
}

function redirectHint(status: number): string {
  return status >= 300 && status < 400 ? ": option node.followRedirects follows redirects" : "";
}

function responseDetails(response: IncomingMessage): ErrorDetails {
  const { statusCode = 0, statusMessage = "" } = response;
  const retryAfter = parseRetryAfter(response.headers["retry-after"]);
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: copyHeaders(response.headers),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

export function copyHeaders(headers: IncomingHttpHeaders): Handshake["headers"] {
  return Object.freeze({ ...headers }) as Handshake["headers"];
}

/** A date as HTTP writes it (RFC 9110 section 5.6.7); `Date.parse` makes one of almost anything. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;

/** Seconds, or a date (RFC 9110 section 10.2.3); in milliseconds. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000;
  const date = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** The start of a body: what comes within the limits, be it cut short or stalled. */
export function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString());
    };
    const timer = setTimeout(done, BODY_TIMEOUT);
    signal.addEventListener("abort", done);
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BODY_LIMIT) done();
    });
    response.on("end", done);
    response.on("error", done);
    response.on("close", done);
  });
}
