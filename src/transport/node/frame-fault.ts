import { WsError } from "../../errors/ws-error.js";
import { INVALID_PAYLOAD, MESSAGE_TOO_BIG } from "../../protocol/close-codes.js";
import { readLimitError } from "../../protocol/read-limit.js";
import { MAX_TEXT_BYTES } from "./utf8.js";

/** A violation of the protocol by the server, or a message that exceeds a limit. */
export interface FrameFault {
  /** The close code to send to the server. */
  readonly closeCode: number;
  /** A clause for the error message. */
  readonly problem: string;
  /** The size of the message in bytes, if it is known. */
  readonly size?: number;
  /** The limit that a message exceeds, in bytes, if it is not `readLimit`. */
  readonly limit?: number;
  /** The error of zlib or `ws`, if one of them detected the fault. */
  readonly cause?: unknown;
}

/** Returns the fault of a text that is not valid UTF-8 (RFC 6455 section 8.1). */
export function invalidUtf8(subject: "text message" | "close reason"): FrameFault {
  const problem = `the server sent a ${subject} that is not valid UTF-8 (RFC 6455 section 8.1)`;
  return { closeCode: INVALID_PAYLOAD, problem };
}

/** Returns the fault of a message that exceeds `readLimit`. */
export function messageTooBig(size?: number): FrameFault {
  const problem = "the message is too big";
  return { closeCode: MESSAGE_TOO_BIG, problem, ...(size !== undefined && { size }) };
}

/** Returns the fault of a text that is larger than the longest string. */
export function textTooLong(size: number): FrameFault {
  const problem = `text of ${size} bytes exceeds the longest string (${MAX_TEXT_BYTES}); ask the server to split it`;
  return { closeCode: MESSAGE_TOO_BIG, problem, size, limit: MAX_TEXT_BYTES };
}

/** Returns the error that ends a connection because of a fault; `label` is its URL as errors show it. */
export function faultError(label: string, readLimit: number, fault: FrameFault): WsError {
  const { closeCode, problem, size, limit, cause } = fault;
  const operation = `receive ${label}`;
  if (limit !== undefined) {
    const details = { limit, ...(size !== undefined && { size }) };
    return new WsError("MESSAGE_TOO_BIG", `${operation}: ${problem}`, { details });
  }
  return closeCode === MESSAGE_TOO_BIG
    ? readLimitError(operation, readLimit, size === undefined ? {} : { size }, cause)
    : new WsError("PROTOCOL_ERROR", `${operation}: ${problem}`, { cause });
}
