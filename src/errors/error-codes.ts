/**
 * What kind of failure a {@link WsError} is, for code that decides by class and not by case. A kind's
 * value is its name.
 */
export type ErrorKind =
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "INVALID"
  | "PERMISSION_DENIED"
  | "UNAVAILABLE"
  | "INTERNAL"
  | "CANCELED"
  | "CONFLICT"
  | "TIMEOUT"
  | "RATE_LIMITED"
  | "UNSUPPORTED"
  | "UNKNOWN";

/** The stable name of a failure. README lists each code with its kind and when it is seen. */
export type ErrorCode =
  | "CONNECT_FORBIDDEN"
  | "URL_FORBIDDEN"
  | "NO_CONTEXT"
  | "UNKNOWN_CONNECTION"
  | "INVALID_URL"
  | "INVALID_OPTION"
  | "INVALID_DURATION"
  | "INVALID_MESSAGE"
  | "INVALID_CLOSE"
  | "CHANNEL_CLOSED"
  | "UNSUPPORTED"
  | "DIAL_FAILED"
  | "DIAL_TIMEOUT"
  | "HANDSHAKE_REJECTED"
  | "ABORTED"
  | "READ_TIMEOUT"
  | "WRITE_TIMEOUT"
  | "KEEPALIVE_TIMEOUT"
  | "PING_TIMEOUT"
  | "SEND_TIMEOUT"
  | "FLUSH_TIMEOUT"
  | "RECEIVE_TIMEOUT"
  | "CHANNEL_TIMEOUT"
  | "MESSAGE_TOO_BIG"
  | "SLOW_CONSUMER"
  | "QUEUE_FULL"
  | "PROTOCOL_ERROR"
  | "CLOSED"
  | "CONNECTION_LOST"
  | "CLOSED_BY_PEER";
