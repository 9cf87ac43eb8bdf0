export { createHub, jsonRpc, rpcError } from "./node.cjs";
