import cjs from "./node.cjs";
export { BINARY, CLOSE_CODES, COMPRESSION, Channel, ReceiveChannel, TEXT, TYPE_BINARY, TYPE_CLOSE, TYPE_PING, TYPE_PONG, TYPE_TEXT, WsError, after, connect, createContext, definePolicy, errors, parseDuration, select, ticker } from "./node.cjs";
// To Node the default import is `module.exports`, to some bundlers its `default`.
export default cjs.default ?? cjs;
