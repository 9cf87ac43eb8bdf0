import { WsError } from "../../errors/ws-error.js";
import { MESSAGE_TOO_BIG } from "../../protocol/close-codes.js";

/** A rule of the protocol that the server broke, or a limit that it crossed. */
export interface FrameFault {
  /** The close code that tells the server. */
  readonly closeCode: number;
  readonly problem: string;
  /** The size that crossed the limit, in bytes, where it is known. */
  readonly size?: number;
  /** The error of zlib or `ws`, if one of them found it. */
  readonly cause?: unknown;
}

/** The error of a connection to `label` that ends because of a fault. */
export function faultError(label: string, readLimit: number, fault: FrameFault): WsError {
  const { closeCode, problem, size, cause } = fault;
  const operation = `receive ${label}`;
  if (closeCode !== MESSAGE_TOO_BIG) {
    return new WsError("PROTOCOL_ERROR", `${operation}: ${problem}`, { cause });
  }
  const what = size === undefined ? "a message" : `a message of ${size} bytes`;
  return new WsError(
    "MESSAGE_TOO_BIG",
    `${operation}: ${what} exceeds readLimit (${readLimit}): raise it or ask the server to split it`,
    { details: { limit: readLimit, ...(size !== undefined && { size }) }, cause },
  );
}
