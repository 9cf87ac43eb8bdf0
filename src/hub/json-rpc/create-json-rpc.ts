import type { Client } from "../../connection/client.js";
import type { CloseInfo } from "../../protocol/close.js";
import { createHub, hasHub } from "../create-hub.js";
import { Hub } from "../hub.js";
import { JsonRpc } from "./json-rpc.js";
import type { AnyEvents, AnyMethods, MethodsOf } from "./types.js";

/** A client of any types, of `connect` or of `reconnecting`. */
export interface AnyClient {
  readonly closed: Promise<CloseInfo>;
  /** Sends one message. */
  send(data: never): Promise<void>;
  /** Ends the client at once. */
  terminate(): void;
}

/** A hub of any types. */
export interface AnyHub {
  readonly unclaimed: { readonly dropped: number };
  /** Ends the hub. */
  close(): void;
}

/** The JSON-RPC of each hub that has one. */
const open = /* @__PURE__ */ new WeakMap<object, unknown>();

/**
 * Speaks JSON-RPC 2.0 over a client, or over its hub if others receive from the client as well. The client has no
 * codec, or `json()` or another one whose values are objects. Another call for the same client returns the same object.
 *
 * Throws `INVALID_OPTION` if `client` is neither.
 *
 * @param client A client of `connect` or of `reconnecting`, or what `createHub` has returned for it.
 */
export function jsonRpc<
  Methods extends MethodsOf<Methods> = AnyMethods,
  Events extends object = AnyEvents,
>(client: AnyClient | AnyHub): JsonRpc<Methods, Events> {
  const isHub = client instanceof Hub;
  const isOwn = !isHub && !hasHub(client);
  const hub = (isHub ? client : createHub(client as Client<unknown, unknown>)) as Hub<
    unknown,
    unknown
  >;
  const core = hub.internals;
  const existing = open.get(core) as JsonRpc<Methods, Events> | undefined;
  if (existing) return existing;
  const rpc = new JsonRpc<Methods, Events>(core, () => {
    open.delete(core);
    if (isOwn) hub.close();
  });
  open.set(core, rpc);
  return rpc;
}
