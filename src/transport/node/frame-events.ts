import type { Buffer } from "node:buffer";
import type { FrameFault } from "./frame-fault.js";

/** Receives the events of a frame parser. Payloads are views that are valid only during the call. */
export interface FrameEvents {
  onText(text: string, size: number): void;
  /** The message is the part of `bytes` from `start` to `end`. */
  onBinary(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void;
  /** A message that is still compressed. */
  onCompressed(isText: boolean, payload: Buffer): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  /** The server's close frame, with code 1005 if it has none. No event follows. */
  onClose(code: number, reason: string): void;
  /** A violation of the protocol, or a message over the limit. No event follows. */
  onFault(fault: FrameFault): void;
}
