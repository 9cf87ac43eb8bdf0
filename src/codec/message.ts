import type { Message } from "wschan";
import { corrupt } from "./failure.js";

const utf8: TextDecoder = /* @__PURE__ */ new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true,
});

/** The text that bytes are. Throws `INVALID_MESSAGE`. */
export function toText(codec: string, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw corrupt(codec, "not UTF-8", undefined, cause);
  }
}

/** The message that bytes are. Throws `INVALID_MESSAGE`. */
export function toMessage(
  codec: string,
  type: "text" | "binary" | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): Message {
  if (type === "binary") return { type, data: bytes };
  return { type: "text", data: toText(codec, bytes) };
}

/** The bytes that a message is taken to hold, as the core counts them. */
export function sizeOf({ type, data }: Message): number {
  return data.length * (type === "text" ? 2 : 1);
}
