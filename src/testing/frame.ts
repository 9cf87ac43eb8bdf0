import { payloadSize } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";

/** A unit of transfer: the response that opens the connection, a frame of RFC 6455, or the end of TCP. */
export type Frame =
  | { readonly type: "accept" }
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "ping" | "pong"; readonly id: number }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "end" };

/** Returns the size of a frame on the link. Only payloads of messages count, so that users can predict the sum. */
export function sizeOf(frame: Frame): number {
  return frame.type === "message" ? payloadSize(frame.message.data) : 0;
}

/** Returns a message with a copy of the data. A lone surrogate arrives as U+FFFD, because text is sent as UTF-8. */
export function toMessage(data: string | Uint8Array): Message {
  if (typeof data !== "string") return { type: "binary", data: new Uint8Array(data) };
  const text: string & { toWellFormed?(): string } = data;
  return { type: "text", data: text.toWellFormed?.() ?? text };
}
