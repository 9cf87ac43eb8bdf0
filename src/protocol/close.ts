import { show } from "../errors/validation.js";
import type { ErrorKind } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import { GOING_AWAY, isFrameCode, NO_STATUS, NORMAL } from "./close-codes.js";
import { utf8Size } from "./message.js";

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

/** The kinds of errors by close code. All other codes: INTERNAL. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  1008: "PERMISSION_DENIED",
  1012: "UNAVAILABLE",
  1013: "UNAVAILABLE",
  1014: "UNAVAILABLE",
  3000: "PERMISSION_DENIED",
  3003: "PERMISSION_DENIED",
  3008: "TIMEOUT",
};

/** Close codes after which another connection may succeed. */
const RETRYABLE_CODES: readonly number[] = [1011, 1012, 1013, 1014, 3008];

/** The error of a close that the peer began with this code; none after a normal end. */
export function peerError(where: string, code: number, reason: string): WsError | undefined {
  if (code === NORMAL || code === GOING_AWAY || code === NO_STATUS) return undefined;
  return new WsError(
    "CLOSED_BY_PEER",
    `connection ${where}: the peer closed it with code ${code}${reason && `: ${reason}`}`,
    {
      kind: KINDS[code] ?? "INTERNAL",
      retryable: RETRYABLE_CODES.includes(code),
      details: { closeCode: code, reason },
    },
  );
}
