import { WsError } from "../../errors/ws-error.js";

/** The standard error codes (JSON-RPC 2.0, section 5.1). */
export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INTERNAL_ERROR = -32_603;

/** The error object of a reply (JSON-RPC 2.0, section 5.1). */
export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * Creates an error with code `RPC_ERROR`. A function that is registered with `handle` throws it to answer with this
 * error; any other exception is answered with `-32603`, without its text.
 *
 * @param code An integer; those from -32768 to -32000 are reserved (JSON-RPC 2.0, section 5.1).
 * @param message A short text.
 * @param data Further facts. Default: none.
 */
export function rpcError(code: number, message: string, data?: unknown): WsError {
  const rpc: RpcErrorObject = { code, message, ...(data !== undefined && { data }) };
  return new WsError("RPC_ERROR", `rpc: ${message} (${code})`, { details: { rpc } });
}
