import { isObject } from "../../errors/validation.js";
import { WsError } from "../../errors/ws-error.js";
import type { AnyCodec } from "../../protocol/codec.js";
import type { Message } from "../../protocol/message.js";
import type { RpcErrorObject } from "./rpc-error.js";

/** The identifier of a request (JSON-RPC 2.0, section 4). */
export type Id = string | number | null;

/** A received object that says that it is JSON-RPC 2.0. */
export type Item = Readonly<Record<string, unknown>>;

/** A reply (section 5). */
export type Reply =
  | { readonly jsonrpc: "2.0"; readonly id: Id; readonly result: unknown }
  | { readonly jsonrpc: "2.0"; readonly id: Id; readonly error: RpcErrorObject };

/** True for an object of JSON-RPC 2.0. */
export function isItem(value: unknown): value is Item {
  return isObject(value) && value.jsonrpc === "2.0";
}

/** Reads and writes the values of JSON-RPC: text, unless the client has a codec. */
export class Wire<Out> {
  readonly #hasCodec: boolean;

  constructor(codec: AnyCodec | undefined) {
    this.#hasCodec = codec !== undefined;
  }

  /** Returns the value of a message; `undefined` if it cannot be JSON-RPC. */
  parse(message: unknown): unknown {
    if (this.#hasCodec) return message;
    const { type, data } = message as Message;
    if (type !== "text" || !/^\s*[{[]/.test(data)) return undefined;
    try {
      return JSON.parse(data) as unknown;
    } catch {
      return undefined;
    }
  }

  /** Returns what the client sends for a value. Throws `INVALID_MESSAGE` if the value has no JSON. */
  encode(operation: string, value: unknown): Out {
    if (this.#hasCodec) return value as Out;
    try {
      return JSON.stringify(value) as Out;
    } catch (cause) {
      throw new WsError("INVALID_MESSAGE", `${operation}: cannot be written as JSON`, { cause });
    }
  }
}
