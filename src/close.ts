import { parseTraits, show, WsError } from "./errors.js";
import { utf8Size } from "./message.js";

// Apart from the table, so that who uses a few of them does not pay for all names.
export const NORMAL = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const NO_STATUS = 1005;
export const ABNORMAL_CLOSURE = 1006;
export const INVALID_PAYLOAD = 1007;
export const POLICY_VIOLATION = 1008;
export const MESSAGE_TOO_BIG = 1009;
export const INTERNAL_ERROR = 1011;

/** The status codes of close frames (RFC 6455 section 7.4.1 and the IANA registry), by name. */
export const CLOSE_CODES: {
  readonly NORMAL: 1000;
  readonly GOING_AWAY: 1001;
  readonly PROTOCOL_ERROR: 1002;
  readonly UNSUPPORTED_DATA: 1003;
  readonly RESERVED: 1004;
  readonly NO_STATUS: 1005;
  readonly ABNORMAL_CLOSURE: 1006;
  readonly INVALID_PAYLOAD: 1007;
  readonly POLICY_VIOLATION: 1008;
  readonly MESSAGE_TOO_BIG: 1009;
  readonly MANDATORY_EXTENSION: 1010;
  readonly INTERNAL_ERROR: 1011;
  readonly SERVICE_RESTART: 1012;
  readonly TRY_AGAIN_LATER: 1013;
  readonly BAD_GATEWAY: 1014;
  readonly TLS_HANDSHAKE: 1015;
} = /* @__PURE__ */ Object.freeze({
  NORMAL,
  GOING_AWAY,
  PROTOCOL_ERROR,
  UNSUPPORTED_DATA: 1003,
  RESERVED: 1004,
  NO_STATUS,
  ABNORMAL_CLOSURE,
  INVALID_PAYLOAD,
  POLICY_VIOLATION,
  MESSAGE_TOO_BIG,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
  TLS_HANDSHAKE: 1015,
});

/** How a connection ended: what {@link Client.closed} settles with. */
export interface CloseInfo {
  /** The code asked for by a local close, the peer's, 1005 where it sent none, 1006 without a handshake. */
  readonly code: number;
  readonly reason: string;
  /** Whether both close frames were exchanged and nothing that was sent had to be dropped. */
  readonly clean: boolean;
  /** Who ended it: this side, the peer's close frame, or nobody (the connection was lost). */
  readonly by: "local" | "peer" | "none";
  /** The code that went out, where this side closed and could still say so. */
  readonly sentCode?: number;
  /** Why it ended, unless that was a normal end; the peer's normal end is one even if it took not all. */
  readonly error?: WsError;
}

/** A control frame holds 125 bytes (RFC 6455 section 5.5), two of which are the code. */
const REASON_LIMIT = 123;

/** RFC 6455 section 7.4: 1004 has no meaning yet; 1005, 1006 and 1015 never travel. */
const SENDABLE = /^(100[0-37-9]|101[0-4]|[34]\d{3})$/;

/** True if a close frame may carry this code. */
export function isFrameCode(code: number): boolean {
  return SENDABLE.test(String(code));
}

/** Throws `INVALID_CLOSE` unless a client may send this code and reason in a close frame. */
export function checkClose(code: unknown, reason: unknown): void {
  const isCode = typeof code === "number" && isFrameCode(code);
  if (isCode && typeof reason === "string" && utf8Size(reason) <= REASON_LIMIT) return;
  const limits = `1000-1003, 1007-1014 or 3000-4999, and a string of ${REASON_LIMIT} bytes or less`;
  throw new WsError(
    "INVALID_CLOSE",
    `close: code ${show(code)} or its reason may not be sent: use ${limits}`,
  );
}

/** Browsers send 1000 and 3000-4999 alone (WHATWG WebSockets, `close()`): the others go out moved. */
export function browserCode(code: number): number {
  return code === NORMAL || code >= 3000 ? code : code + 3000;
}

/** The kinds by close code; a `+` marks a code that is retryable. All others: INTERNAL, and not. */
const PEER_TRAITS: Readonly<Record<number, string>> = {
  1008: "PERMISSION_DENIED",
  1011: "+INTERNAL",
  1012: "+UNAVAILABLE",
  1013: "+UNAVAILABLE",
  1014: "+UNAVAILABLE",
  3000: "PERMISSION_DENIED",
  3003: "PERMISSION_DENIED",
  3008: "+TIMEOUT",
};

/** The error of a close that the peer began with this code; none after a normal end. */
export function peerError(where: string, code: number, reason: string): WsError | undefined {
  if (code === NORMAL || code === GOING_AWAY || code === NO_STATUS) return undefined;
  return new WsError(
    "CLOSED_BY_PEER",
    `connection ${where}: the peer closed it with code ${code}${reason && `: ${reason}`}`,
    { ...parseTraits(PEER_TRAITS[code] ?? "INTERNAL"), details: { closeCode: code, reason } },
  );
}
