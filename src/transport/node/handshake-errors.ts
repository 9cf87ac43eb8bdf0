/** Makes the errors of a dial that does not open a connection. */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { show } from "../../errors/validation.js";
import { WsError } from "../../errors/ws-error.js";
import { refusalError } from "../../protocol/refusal.js";
import { responseDetails } from "./response-details.js";

/** Error codes of OpenSSL for an untrusted certificate, as Node reports them. */
const CERTIFICATE_ERROR =
  /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;

type CodedError = Error & { readonly code?: string; rawPacket?: unknown };

/** Facts about a failed dial. */
export interface DialFacts {
  /** The URL as errors show it. */
  readonly label: string;
  readonly maxHeaderSize: number;
  readonly request?: ClientRequest | undefined;
  readonly response?: IncomingMessage | undefined;
}

/** Returns the error of a dial that failed before the connection was open. */
export function dialError(cause: CodedError, facts: DialFacts): WsError {
  const { label, maxHeaderSize, request, response } = facts;
  const { code = "" } = cause;
  // The network guard has made this error.
  if (WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const text = textOf(cause);
  if (response !== undefined || code.startsWith("HPE_")) {
    // Bytes of the answer, which logs of the error would show.
    delete cause.rawPacket;
    const problem =
      code === "HPE_HEADER_OVERFLOW"
        ? `the header exceeds node.maxHeaderSize (${maxHeaderSize} bytes); raise it, to 1 MiB at most`
        : text;
    return new WsError("HANDSHAKE_REJECTED", `dial ${label}: invalid response: ${problem}`, {
      details: response ? responseDetails(response) : {},
      cause,
    });
  }
  const socket = request?.socket as (Socket & { authorizationError?: unknown }) | null | undefined;
  if (socket?.authorizationError || isCertificateError(cause)) {
    const advice = "if the server is yours, pass the certificate of its authority as node.tls.ca";
    const message = `dial ${label}: certificate not trusted: ${text}; ${advice}`;
    return new WsError("DIAL_FAILED", message, { retryable: false, cause });
  }
  return new WsError("DIAL_FAILED", `dial ${label}: ${text}`, { cause });
}

/** True if an error of TLS means that the certificate of the peer is not trusted. */
export function isCertificateError(error: unknown): boolean {
  const { code } = Object(error) as Partial<CodedError>;
  return CERTIFICATE_ERROR.test(code ?? "");
}

/** Returns the error of a dial that could not start because Node rejected an option or an agent threw. */
export function startError(label: string, error: CodedError): WsError {
  if (error instanceof TypeError || error.code?.startsWith("ERR_")) {
    const problem = `Node.js rejected a value of option node: ${textOf(error)}`;
    // Without a cause, whose message may contain the value.
    return new WsError("INVALID_OPTION", `dial ${label}: ${problem}`);
  }
  return new WsError("DIAL_FAILED", `dial ${label}: node.agent failed: ${textOf(error)}`, {
    cause: error,
  });
}

/** Returns the error of a dial whose TLS option, such as `node.tls.pskCallback`, is a function that failed. */
export function tlsFaultError(label: string, option: string, cause: unknown): WsError {
  const problem = `${option} failed, so no request was sent: ${textOf(cause)}`;
  return new WsError("DIAL_FAILED", `dial ${label}: ${problem}`, { retryable: false, cause });
}

/**
 * Returns the text of an error, which may be any value that a function of the user has thrown. Removes the
 * option value that Node includes in its messages. An error about several addresses has no text of its own,
 * only those of its parts.
 */
export function textOf(error: unknown): string {
  const { message, code, errors } = Object(error) as Partial<CodedError & AggregateError>;
  const parts = errors?.map(textOf).join(", ");
  const text = [message, parts, code].find(Boolean) ?? show(error);
  return text.replace(/[,.;]? Received .*/s, "").trim();
}

/** Returns the error of a response with a status other than 101. */
export function responseError(label: string, response: IncomingMessage, body: string): WsError {
  return refusalError(label, { ...responseDetails(response), body });
}
