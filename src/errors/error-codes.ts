/**
 * The class of a {@link WsError}, for code that handles errors by class instead of one by one.
 * {@link errors} has a constant for each kind.
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

/**
 * The stable name of a failure. The page "Errors" of the documentation lists the kind of each code, whether it is
 * retryable, and when it occurs.
 */
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
  | "PROXY_REJECTED"
  | "ABORTED"
  | "READ_TIMEOUT"
  | "WRITE_TIMEOUT"
  | "KEEPALIVE_TIMEOUT"
  | "PING_TIMEOUT"
  | "SEND_TIMEOUT"
  | "FLUSH_TIMEOUT"
  | "RECEIVE_TIMEOUT"
  | "REQUEST_TIMEOUT"
  | "RPC_ERROR"
  | "CHANNEL_TIMEOUT"
  | "MESSAGE_TOO_BIG"
  | "SLOW_CONSUMER"
  | "QUEUE_FULL"
  | "PROTOCOL_ERROR"
  | "CLOSED"
  | "CONNECTION_LOST"
  | "CLOSED_BY_PEER";
