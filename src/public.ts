/** The names that every entry of the package exports, by layer. */

// errors
export { errors, WsError } from "./errors/ws-error.js";
export type { ErrorDetails, ErrorInit } from "./errors/ws-error.js";
export type { ErrorCode, ErrorKind } from "./errors/error-codes.js";

// time
export { parseDuration } from "./time/duration.js";
export type { Duration } from "./time/duration.js";
export type { WaitOptions } from "./time/wait.js";

// channel
export { Channel, ReceiveChannel } from "./channel/channel.js";
export type { Case, ReceiveCase, SendCase } from "./channel/channel.js";
export type { MessagesOptions } from "./channel/iterator.js";
export type { ReceiveResult } from "./channel/queue.js";
export { select } from "./channel/select.js";
export type { DefaultResult, SelectOptions, SelectResult } from "./channel/select.js";
export { after, ticker } from "./channel/timer.js";
export type { Ticker } from "./channel/timer.js";

// protocol
export type { ClientStats } from "./protocol/client-stats.js";
export { CLOSE_CODES } from "./protocol/close-codes.js";
export type { CloseInfo } from "./protocol/close.js";
export type { ConnectionEvent, LostReason } from "./protocol/connection-event.js";
export type { AnyCodec, Codec, Decode, Decoded, Encoded } from "./protocol/codec.js";
export {
  BINARY,
  COMPRESSION,
  TEXT,
  TYPE_BINARY,
  TYPE_CLOSE,
  TYPE_PING,
  TYPE_PONG,
  TYPE_TEXT,
} from "./protocol/constants.js";
export type { CompressionMode } from "./protocol/constants.js";
export type { WebSocketClass } from "./protocol/dial.js";
export type { BinaryMessage, Data, Message, TextMessage } from "./protocol/message.js";
export type { NodeOptions, ProxyOptions } from "./protocol/node-options.js";
export type { Backpressure, Handshake } from "./protocol/transport.js";

// policy
export type { Policy, PolicyAction, PolicyRequest, PolicyRule } from "./policy/policy.js";
export { definePolicy } from "./policy/rules.js";

// options
export type { Compression, ConnectOptions } from "./options/connect-options.js";
export type { KeepAliveOptions } from "./options/keep-alive-options.js";

// connection
export type { Client, PingOptions } from "./connection/client.js";
export type { ClientLike, SendOptions } from "./connection/client-like.js";

// context
export type { Connect, CreateContext } from "./context/connect.js";
export type { Context } from "./context/context.js";
export type { ContextOptions } from "./context/context-options.js";
