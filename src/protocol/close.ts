import { show } from "../errors/validation.js";
import type { ErrorKind } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import { GOING_AWAY, isFrameCode, NO_STATUS, NORMAL } from "./close-codes.js";
import { utf8Size } from "./message.js";

/** The end of a connection, as {@link Client.closed} reports it. */
export interface CloseInfo {
  /**
   * The code with which this side closed the connection; otherwise the code of the peer's close frame, 1005
   * if the frame has none. 1006 after `terminate()` and if the connection was lost (RFC 6455 section
   * 7.1.5).
   */
  readonly code: number;
  /** The reason that belongs to `code`; `""` for none. */
  readonly reason: string;
  /** True if both close frames were exchanged and everything that was sent has left. */
  readonly clean: boolean;
  /** `"local"` if this side ended the connection, `"peer"` if the peer closed it, `"none"` if it was lost. */
  readonly by: "local" | "peer" | "none";
  /**
   * The code in the close frame of this side, if this side closed the connection and the frame was sent. It
   * may differ from `code` in browsers, which may only send some codes.
   */
  readonly sentCode?: number;
  /**
   * The error that ended the connection. Absent after a normal end: `terminate()`, a local close after which
   * everything that was sent has left, or a close by the peer with 1000, 1001 or 1005, even if something that
   * was sent has not left.
   */
  readonly error?: WsError;
}

/** A control frame contains at most 125 bytes (RFC 6455 section 5.5), and the code takes two of them. */
export const MAX_REASON_BYTES = 123;

/** Throws `INVALID_CLOSE` unless a client may send this code and reason in a close frame. */
export function checkClose(code: unknown, reason: unknown): void {
  const isCode = typeof code === "number" && isFrameCode(code);
  if (isCode && typeof reason === "string" && utf8Size(reason) <= MAX_REASON_BYTES) return;
  const limits = `1000-1003, 1007-1014 or 3000-4999, and a string of at most ${MAX_REASON_BYTES} bytes`;
  throw new WsError("INVALID_CLOSE", `close: invalid code ${show(code)} or reason: use ${limits}`);
}

/** Kinds of the errors by close code. All others are INTERNAL. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  1008: "PERMISSION_DENIED",
  1012: "UNAVAILABLE",
  1013: "UNAVAILABLE",
  1014: "UNAVAILABLE",
  3000: "PERMISSION_DENIED",
  3003: "PERMISSION_DENIED",
  3008: "TIMEOUT",
};

/** Close codes after which a new connection may succeed. */
const RETRYABLE_CODES: readonly number[] = [1011, 1012, 1013, 1014, 3008];

/** Returns the error of a close by the peer with this code; `undefined` for a normal end. */
export function peerError(label: string, code: number, reason: string): WsError | undefined {
  if (code === NORMAL || code === GOING_AWAY || code === NO_STATUS) return undefined;
  return new WsError(
    "CLOSED_BY_PEER",
    `connection ${label}: closed by the peer with code ${code}${reason && `: ${reason}`}`,
    {
      kind: KINDS[code] ?? "INTERNAL",
      retryable: RETRYABLE_CODES.includes(code),
      details: { closeCode: code, reason },
    },
  );
}
