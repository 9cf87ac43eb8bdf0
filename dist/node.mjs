import cjs from "./node.cjs";
export { BINARY, CLOSE_CODES, COMPRESSION, Channel, ReceiveChannel, TEXT, TYPE_BINARY, TYPE_CLOSE, TYPE_PING, TYPE_PONG, TYPE_TEXT, WsError, after, connect, createContext, definePolicy, errors, parseDuration, select, ticker } from "./node.cjs";
// The default import is `module.exports` in Node, and `module.exports.default` in some bundlers.
export default cjs.default ?? cjs;
