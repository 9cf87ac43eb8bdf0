import type { Connection } from "../connection/connection.js";
import type { WsError } from "../errors/ws-error.js";
import { ABNORMAL_CLOSURE } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import type { BinaryType } from "./arguments.js";

/** The properties of a `close` event. */
interface CloseInit {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The end of a connection that never opened. */
const NO_CLOSE_FRAME: CloseInit = { code: ABNORMAL_CLOSURE, reason: "", wasClean: false };

/** Creates a `message` event. */
export function messageEvent(message: Message, binaryType: BinaryType, origin: string): Event {
  return new MessageEvent("message", { data: dataOf(message, binaryType), origin });
}

function dataOf({ data }: Message, binaryType: BinaryType): unknown {
  if (typeof data === "string") return data;
  if (binaryType === "blob") return new Blob([data]);
  const { buffer, byteLength } = data;
  // With `node.binaryViews` the bytes are a part of a larger buffer.
  return buffer.byteLength === byteLength ? buffer : data.slice().buffer;
}

/**
 * Creates an `error` event. It has the properties of an `ErrorEvent`, a class that Node lacks, and those of the
 * `close` event that follows, if one does.
 */
export function errorEvent(error: WsError, close?: CloseInit): Event {
  return Object.assign(new Event("error"), close, { error, message: error.message });
}

/** Creates a `close` event. Node before version 23 has no `CloseEvent`. */
export function closeEvent(init: CloseInit): Event {
  const { CloseEvent: Class } = globalThis as { CloseEvent?: typeof CloseEvent };
  return Class ? new Class("close", init) : Object.assign(new Event("close"), init);
}

/** Returns the events of the end of a connection: `error` if it failed, then `close`. */
export function endEvents({ info, end }: Connection<Message>): Event[] {
  const { clean: wasClean = false, by, error } = info ?? {};
  const { code, reason } = end ?? NO_CLOSE_FRAME;
  const close = { code, reason: code === ABNORMAL_CLOSURE ? "" : reason, wasClean };
  return failureEvents(by === "peer" ? undefined : error, close);
}

/** Returns an `error` event, if there is an error, and a `close` event. */
export function failureEvents(
  error: WsError | undefined,
  close: CloseInit = NO_CLOSE_FRAME,
): Event[] {
  return error ? [errorEvent(error, close), closeEvent(close)] : [closeEvent(close)];
}
