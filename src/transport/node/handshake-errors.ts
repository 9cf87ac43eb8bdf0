import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { show } from "../../errors/validation.js";
import { parseTraits, WsError } from "../../errors/ws-error.js";
import type { ErrorDetails } from "../../errors/ws-error.js";
import type { Handshake } from "../../protocol/transport.js";

/** The longest status text in a message, in characters: it may fill the whole header. */
const MAX_SHOWN_STATUS_TEXT = 100;

/** OpenSSL's names of what is wrong with a certificate, as Node reports them. */
const CERTIFICATE_ERROR =
  /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;

type CodedError = Error & { readonly code?: string };

/** Facts about a failed dial. */
export interface DialFacts {
  /** The URL, as errors show it. */
  readonly label: string;
  readonly maxHeaderSize: number;
  readonly request: ClientRequest | undefined;
  readonly response: IncomingMessage | undefined;
}

/** Makes the error of a dial that failed before the connection was open. */
export function dialError(cause: CodedError, facts: DialFacts): WsError {
  const { label, maxHeaderSize, request, response } = facts;
  const { code = "" } = cause;
  // The network guard's.
  if (WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const why = textOf(cause);
  if (response !== undefined || code.startsWith("HPE_")) {
    const hint =
      code === "HPE_HEADER_OVERFLOW"
        ? `its header exceeds node.maxHeaderSize (${maxHeaderSize} bytes): raise it, to 1 MiB at most`
        : why;
    return new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: bad answer to the handshake: ${hint}`,
      {
        details: response ? responseDetails(response) : {},
        cause,
      },
    );
  }
  const socket = request?.socket as (Socket & { authorizationError?: unknown }) | null | undefined;
  if (socket?.authorizationError || CERTIFICATE_ERROR.test(code)) {
    const hint = "if it is yours, give its authority as node.tls.ca";
    return new WsError("DIAL_FAILED", `dial ${label}: certificate not trusted: ${why}: ${hint}`, {
      retryable: false,
      cause,
    });
  }
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { cause });
}

/** Makes the error of a dial that could not start: Node refuses an option, or an agent throws. */
export function startError(label: string, error: CodedError): WsError {
  if (error instanceof TypeError || error.code?.startsWith("ERR_")) {
    const why = `option node, or a part of it, cannot be used: ${textOf(error)}`;
    // No cause: its message may hold a value.
    return new WsError("INVALID_OPTION", `dial ${label}: ${why}`);
  }
  return new WsError("DIAL_FAILED", `dial ${label}: node.agent failed: ${textOf(error)}`, {
    cause: error,
  });
}

/** Makes the error of a function among the TLS options that failed. */
export function tlsFaultError(label: string, name: string, cause: unknown): WsError {
  const why = `node.tls.${name} failed, so nothing was sent: ${textOf(cause)}`;
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { retryable: false, cause });
}

/**
 * Returns the text of an error, which a user's function may have made: without the value that Node shows of
 * an option it refuses. The error of several addresses has no text but those of its parts.
 */
function textOf(error: unknown): string {
  const { message, code, errors } = Object(error) as Partial<CodedError & AggregateError>;
  const parts = errors?.map(textOf).join(", ");
  const text = [message, parts, code].find(Boolean) ?? show(error);
  return text.replace(/[,.;]? Received .*/s, "").trim();
}

/** The kinds by HTTP status; a `+` marks one that is retryable. Any other 5xx: UNAVAILABLE, retryable. */
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

/** Makes the error of an answer with another status than 101. */
export function refusalError(label: string, response: IncomingMessage, body: string): WsError {
  const details = { ...responseDetails(response), body };
  const { status = 0, statusText = "" } = details;
  const traits =
    STATUS_TRAITS[status] ?? (status >= 500 && status < 600 ? "+UNAVAILABLE" : "INTERNAL");
  const shown = statusText.slice(0, MAX_SHOWN_STATUS_TEXT);
  const answer = `the server answered ${status} ${shown}${redirectHint(status)}`;
  return new WsError("HANDSHAKE_REJECTED", `dial ${label}: ${answer}`, {
    ...parseTraits(traits),
    details,
  });
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

/** A date as HTTP writes it (RFC 9110 section 5.6.7): `Date.parse` accepts almost anything. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;

/** Reads a `Retry-After` in seconds, or as a date (RFC 9110 section 10.2.3); returns milliseconds. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  // RFC 9110 does not limit the number of digits: a huge number asks for a long pause.
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  const date = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
