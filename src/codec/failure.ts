import { WsError } from "../errors/ws-error.js";

/**
 * Handling of a message that cannot be decoded: `"close"` ends the connection, `"skip"` discards the message. A
 * function is called with the error and returns one of these.
 */
export type OnInvalid = "close" | "skip" | ((error: WsError) => "close" | "skip");

/** Creates the error of a message that cannot be decoded. `position` is the byte at which decoding failed. */
export function corrupt(
  codec: string,
  problem: string,
  position?: number,
  cause?: unknown,
): WsError {
  const isKnown = position !== undefined;
  const text = `receive: ${codec}: ${problem}${isKnown ? ` at byte ${position}` : ""}`;
  const details = { codec, ...(isKnown && { position }) };
  return new WsError("INVALID_MESSAGE", text, { details, cause });
}

/** Calls `run`, which decodes a message. Returns `undefined` if it fails and the message must be skipped. */
export function orSkip<T>(onInvalid: OnInvalid | undefined, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    // `MESSAGE_TOO_BIG` always ends the connection, as it does without a codec.
    if (!WsError.is(error) || error.code !== "INVALID_MESSAGE") throw error;
    if ((typeof onInvalid === "function" ? onInvalid(error) : onInvalid) !== "skip") throw error;
    return undefined;
  }
}
