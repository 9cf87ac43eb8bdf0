import { WsError } from "../errors/ws-error.js";
import type { ErrorDetails } from "../errors/ws-error.js";

/**
 * Creates the error of a message that is larger than `readLimit`. Node's transport checks the size
 * while a message arrives, the connection that of whole messages, a codec that of decoded ones.
 */
export function readLimitError(
  operation: string,
  limit: number,
  details: Pick<ErrorDetails, "size" | "codec"> = {},
  cause?: unknown,
): WsError {
  const of = details.size === undefined ? "" : ` of ${details.size} bytes`;
  const kind = details.codec === undefined ? "" : "decoded ";
  const text = `${kind}message${of} exceeds readLimit (${limit}); raise it or ask the server to split it`;
  return new WsError("MESSAGE_TOO_BIG", `${operation}: ${text}`, {
    details: { limit, ...details },
    cause,
  });
}
