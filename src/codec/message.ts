import { platformClass } from "../errors/platform-class.js";
import type { Message } from "../protocol/message.js";
import { corrupt } from "./failure.js";

/** Decoder of UTF-8, created on first use because some platforms lack it: Jest's jsdom, old versions of Hermes. */
let utf8: TextDecoder | undefined;

/** Decodes UTF-8. Throws `INVALID_MESSAGE`, or `UNSUPPORTED` if the platform lacks `TextDecoder`. */
export function toText(codec: string, bytes: Uint8Array): string {
  utf8 ??= new (platformClass("TextDecoder"))("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw corrupt(codec, "not UTF-8", undefined, cause);
  }
}

/** Creates a message from decoded bytes. Throws the same as {@link toText}. */
export function toMessage(
  codec: string,
  type: "text" | "binary" | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): Message {
  if (type === "binary") return { type, data: bytes };
  return { type: "text", data: toText(codec, bytes) };
}
