export { createHub } from "./create-hub.js";
export type { HubClient } from "./hub-client.js";
export type { Hub, RequestOptions } from "./hub.js";
export { jsonRpc } from "./json-rpc/create-json-rpc.js";
export type { AnyClient, AnyHub } from "./json-rpc/create-json-rpc.js";
export type { JsonRpc } from "./json-rpc/json-rpc.js";
export { rpcError } from "./json-rpc/rpc-error.js";
export type {
  AnyEvents,
  AnyMethods,
  BatchCall,
  BatchCalls,
  BatchResults,
  CallArguments,
  CallOptions,
  Method,
  MethodsOf,
  ParamsOf,
  ResultOf,
} from "./json-rpc/types.js";
export type { Subscription, SubscribeOptions, WhenFull } from "./subscription.js";
