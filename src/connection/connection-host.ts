import type { ErrorCode } from "../errors/error-codes.js";
import type { ErrorInit, WsError } from "../errors/ws-error.js";
import type { ResolvedOptions } from "../options/resolved-options.js";
import type { Transport } from "../protocol/transport.js";
import type { Events } from "./events.js";

/** The part of a connection that its components use. */
export interface ConnectionHost {
  readonly transport: Transport;
  readonly options: ResolvedOptions;
  readonly events: Events;
  readonly state: "open" | "closing" | "closed";
  /** Bytes that were sent and that the operating system has not accepted yet. */
  readonly bufferedAmount: number;
  /** Creates the error of an operation that failed because the connection is not open. */
  closedError(operation: string): WsError;
  /** Ends the connection at once, with this close code and error. */
  fail(closeCode: number, error?: WsError): void;
  /** Creates an error whose message begins with the operation and the URL. */
  error(code: ErrorCode, operation: string, text: string, init?: ErrorInit): WsError;
}
