import { WsError } from "../errors/ws-error.js";
import type { ErrorDetails } from "../errors/ws-error.js";

/**
 * Returns the error of a message that is larger than `readLimit`. Each layer checks the bytes that it is
 * the first to know: a transport those of a message, a codec those of a decoded one.
 */
export function readLimitError(
  where: string,
  limit: number,
  details: Pick<ErrorDetails, "size" | "codec"> = {},
  cause?: unknown,
): WsError {
  const of = details.size === undefined ? "" : ` of ${details.size} bytes`;
  const text = `message${of} exceeds readLimit (${limit}); raise it or ask the server to split it`;
  return new WsError("MESSAGE_TOO_BIG", `${where}: ${text}`, {
    details: { limit, ...details },
    cause,
  });
}
