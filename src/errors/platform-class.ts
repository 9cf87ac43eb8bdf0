import { WsError } from "./ws-error.js";

/** Returns a class that some platforms lack, when it is needed. Throws `UNSUPPORTED`, naming it. */
export function platformClass<
  N extends "TextEncoder" | "TextDecoder" | "ReadableStream" | "WritableStream",
>(name: N): (typeof globalThis)[N] {
  const found = globalThis[name] as (typeof globalThis)[N] | undefined;
  if (found) return found;
  throw new WsError("UNSUPPORTED", `${name} is missing here: add it`);
}
