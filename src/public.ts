export { Channel, ReceiveChannel } from "./channel.js";
export type { Case, MessagesOptions, ReceiveCase, ReceiveResult, SendCase } from "./channel.js";
export type { Client, ClientStats, PingOptions } from "./client.js";
export type { ClientLike, SendOptions } from "./client-like.js";
export { CLOSE_CODES } from "./close.js";
export type { CloseInfo } from "./close.js";
export type { AnyCodec, Codec, Decode, Decoded, Encoded } from "./codec.js";
export type { Connect, CreateContext } from "./connect.js";
export {
  BINARY,
  COMPRESSION,
  TEXT,
  TYPE_BINARY,
  TYPE_CLOSE,
  TYPE_PING,
  TYPE_PONG,
  TYPE_TEXT,
} from "./constants.js";
export type { CompressionMode } from "./constants.js";
export type { Context, ContextOptions } from "./context.js";
export type { WaitOptions } from "./deadline.js";
export { parseDuration } from "./duration.js";
export type { Duration } from "./duration.js";
export { errors, WsError } from "./errors.js";
export type { ErrorCode, ErrorDetails, ErrorInit, ErrorKind } from "./errors.js";
export type { BinaryMessage, Data, Message, TextMessage } from "./message.js";
export type { Compression, ConnectOptions, KeepAliveOptions } from "./options.js";
export { definePolicy } from "./policy.js";
export type { Policy, PolicyAction, PolicyRequest, PolicyRule } from "./policy.js";
export { select } from "./select.js";
export type { DefaultResult, SelectOptions, SelectResult } from "./select.js";
export { after, ticker } from "./timer.js";
export type { Ticker } from "./timer.js";
export type { Backpressure, Handshake, NodeOptions, WebSocketClass } from "./transport.js";
