import { WsError } from "../errors/ws-error.js";

/** What becomes of a message that cannot be decoded; a function is asked. */
export type OnInvalid = "close" | "skip" | ((error: WsError) => "close" | "skip");

/** The error of a message that cannot be decoded, from a byte of it on. */
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

/** Runs what decodes a message; `undefined` if it fails and the message is to be skipped. */
export function orSkip<T>(onInvalid: OnInvalid | undefined, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    // What is too big ends the connection, as it does without a codec.
    if (!WsError.is(error) || error.code !== "INVALID_MESSAGE") throw error;
    if ((typeof onInvalid === "function" ? onInvalid(error) : onInvalid) !== "skip") throw error;
    return undefined;
  }
}
