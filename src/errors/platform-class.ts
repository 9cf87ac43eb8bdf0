import { WsError } from "./ws-error.js";

/**
 * Returns a global class that some platforms lack, or throws `UNSUPPORTED`. Call it when the class is used,
 * so that everything else works without it.
 */
export function platformClass<
  N extends
    | "CloseEvent"
    | "EventTarget"
    | "TextEncoder"
    | "TextDecoder"
    | "ReadableStream"
    | "WritableStream",
>(name: N): (typeof globalThis)[N] {
  const found = globalThis[name] as (typeof globalThis)[N] | undefined;
  if (found) return found;
  throw new WsError("UNSUPPORTED", `this platform has no ${name}: polyfill it`);
}
