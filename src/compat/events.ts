import type { Connection } from "../connection/connection.js";
import type { WsError } from "../errors/ws-error.js";
import { ABNORMAL_CLOSURE } from "../protocol/close-codes.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Message } from "../protocol/message.js";
import type { BinaryType } from "./arguments.js";

/** The properties of a `close` event. */
export interface CloseInit {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The end of a connection. If it has an error, an `error` event precedes the `close` event. */
export interface SocketEnd {
  readonly close: CloseInit;
  readonly error?: WsError | undefined;
}

/** The `close` event of a connection that never opened, or was lost. */
export const NO_CLOSE_FRAME: CloseInit = { code: ABNORMAL_CLOSURE, reason: "", wasClean: false };

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

/** Returns the end of a connection as events show it. */
export function endOf(connection: Connection<Message>): SocketEnd {
  const { end } = connection;
  // It is set, because the connection has ended.
  const { clean: wasClean, by, error } = connection.info as CloseInfo;
  const { code, reason } = end ?? NO_CLOSE_FRAME;
  const close = { code, reason: code === ABNORMAL_CLOSURE ? "" : reason, wasClean };
  return { close, error: by === "peer" ? undefined : error };
}
