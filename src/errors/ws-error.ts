import type { ErrorCode, ErrorKind } from "./error-codes.js";

/** Machine-readable facts about a {@link WsError}. Each property names the codes for which it may be set. */
export interface ErrorDetails {
  /** `DIAL_FAILED`: true if the platform hides the reason, as browsers do. */
  readonly opaque?: boolean;
  /** `HANDSHAKE_REJECTED`, `PROXY_REJECTED`: the HTTP status code of the response. */
  readonly status?: number;
  /** `HANDSHAKE_REJECTED`: the reason phrase of the response, unchanged. */
  readonly statusText?: string;
  /**
   * `HANDSHAKE_REJECTED`: the headers of the response, with names in lower case. Not enumerable, so that logs
   * do not show them.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * `HANDSHAKE_REJECTED`: the first 64 KiB of the response's body, decoded as UTF-8. A gzip, deflate or
   * brotli body is decompressed up to the first error in it; `""` for any other `Content-Encoding`. Not
   * enumerable, so that logs do not show it.
   */
  readonly body?: string;
  /** `HANDSHAKE_REJECTED`, `PROXY_REJECTED`: the delay that the `Retry-After` header asks for, in milliseconds. */
  readonly retryAfter?: number;
  /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: the limit that was exceeded, in bytes. */
  readonly limit?: number;
  /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: the size that exceeded it, in bytes, if it is known. */
  readonly size?: number;
  /** `INVALID_MESSAGE` and `MESSAGE_TOO_BIG` thrown by a codec: the codec's name. */
  readonly codec?: string;
  /** `INVALID_MESSAGE` thrown by a codec: the offset in the message at which decoding failed, in bytes. */
  readonly position?: number;
  /** `CLOSED_BY_PEER`: the status code of the peer's close frame. */
  readonly closeCode?: number;
  /** `CLOSED_BY_PEER`: the reason in the peer's close frame, unchanged. */
  readonly reason?: string;
  /** `RPC_ERROR`: the error object of the reply (JSON-RPC 2.0, section 5.1). Its message and data are unchanged. */
  readonly rpc?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Optional properties of a new {@link WsError}. */
export interface ErrorInit {
  /** Default: the kind of the code. */
  readonly kind?: ErrorKind;
  /** Default: true for timeouts, `CONNECTION_LOST`, `DIAL_FAILED`, `QUEUE_FULL` and `SLOW_CONSUMER`. */
  readonly retryable?: boolean;
  /** Facts about the failure. Default: none. */
  readonly details?: ErrorDetails;
  /** The error or abort reason that led to this error. Default: none. */
  readonly cause?: unknown;
}

/** Kinds of the codes whose names do not imply it; {@link kindOf} derives the others. */
const KINDS: Readonly<Partial<Record<ErrorCode, ErrorKind>>> = {
  ABORTED: "CANCELED",
  CHANNEL_CLOSED: "INVALID",
  CLOSED: "UNAVAILABLE",
  CONNECTION_LOST: "UNAVAILABLE",
  MESSAGE_TOO_BIG: "INVALID",
  QUEUE_FULL: "RATE_LIMITED",
  SLOW_CONSUMER: "RATE_LIMITED",
  UNSUPPORTED: "UNSUPPORTED",
};

/** Retryable codes besides all timeouts. */
const RETRYABLE_CODES: readonly ErrorCode[] = [
  "CONNECTION_LOST",
  "DIAL_FAILED",
  "QUEUE_FULL",
  "SLOW_CONSUMER",
];

/** Returns the kind that the name of a code implies, or else its entry in {@link KINDS}. */
function kindOf(code: ErrorCode): ErrorKind {
  if (code.includes("TIMEOUT")) return "TIMEOUT";
  if (code.includes("INVALID")) return "INVALID";
  if (code.includes("FORBIDDEN")) return "PERMISSION_DENIED";
  return KINDS[code] ?? "INTERNAL";
}

/** C0, DEL, C1, bidirectional controls, and the separators of lines and paragraphs. */
// It uses no property escapes (`\p{...}`), because React Native's Hermes cannot parse them.
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Percent-encodes characters with which a peer's text could forge log lines or control a terminal. */
const escapeControls = (text: string): string => text.replace(CONTROLS, encodeURI);

/** A registered symbol, so that two copies of the package recognise each other's errors. */
const BRAND: unique symbol = /* @__PURE__ */ Symbol.for("wschan.WsError") as never;

/**
 * The class of every error that this package throws or rejects with, on every platform.
 *
 * Distinguish errors by `code` or, more coarsely, by `kind`. Messages are for people and may change. A
 * message begins with the operation that failed. It shows a URL as origin and path, because credentials and
 * queries are secret, and it shows neither payloads nor strings from options. Control characters in it are
 * percent-encoded; `details` has the peer's text unchanged.
 */
export class WsError extends Error {
  /** The stable name of the failure. */
  readonly code: ErrorCode;
  /** The class of the failure. */
  readonly kind: ErrorKind;
  /** True if the same call may succeed when it is repeated later. */
  readonly retryable: boolean;
  /** Machine-readable facts about the failure; `{}` if there are none. */
  readonly details: ErrorDetails;

  /**
   * Creates an error, for example in a codec of your own.
   *
   * @param code The stable name of the failure; it determines `kind` and `retryable` unless `init` does.
   * @param message A text for people. Control characters in it are percent-encoded.
   * @param init `kind`, `retryable`, `details` and `cause`.
   */
  constructor(code: ErrorCode, message: string, init: ErrorInit = {}) {
    // An own property `cause` of `undefined` would show up in `util.inspect`.
    super(escapeControls(message), init.cause === undefined ? undefined : init);
    const { kind = kindOf(code), details = {} } = init;
    this.code = code;
    this.kind = kind;
    this.retryable = init.retryable ?? (code.includes("TIMEOUT") || RETRYABLE_CODES.includes(code));
    this.details = hideSecrets(details);
    // A computed class member would keep bundlers from dropping an unused class.
    Object.defineProperty(this, BRAND, { value: true });
  }

  override get name(): string {
    return "WsError";
  }

  /**
   * Returns true if `value` is a `WsError`. Unlike `instanceof`, it also recognises errors of another copy of
   * the package in the same process.
   *
   * @param value Anything, such as a caught exception.
   */
  static is(value: unknown): value is WsError {
    return (value as Partial<Record<typeof BRAND, true>> | null | undefined)?.[BRAND] === true;
  }
}

/** Copies details and makes `headers` and `body` non-enumerable: logs and `JSON.stringify` leave them out. */
function hideSecrets(details: ErrorDetails): ErrorDetails {
  const copy = { ...details };
  for (const name of ["headers", "body"] as const) {
    const value = details[name];
    if (value) Object.defineProperty(copy, name, { value, enumerable: false });
  }
  return copy;
}

/**
 * A constant for each {@link ErrorKind}, and `is` to test for one: `errors.is(error, errors.TIMEOUT)`.
 */
export const errors: { readonly [K in ErrorKind]: K } & {
  /**
   * Returns true if `error` is a {@link WsError} of this kind; false for any other kind or value.
   *
   * @param error Anything, such as a caught exception.
   * @param kind A kind, such as `errors.TIMEOUT`.
   */
  is<Kind extends ErrorKind>(
    error: unknown,
    kind: Kind,
  ): error is WsError & { readonly kind: Kind };
} = /* @__PURE__ */ Object.freeze({
  NOT_FOUND: "NOT_FOUND",
  ALREADY_EXISTS: "ALREADY_EXISTS",
  INVALID: "INVALID",
  PERMISSION_DENIED: "PERMISSION_DENIED",
  UNAVAILABLE: "UNAVAILABLE",
  INTERNAL: "INTERNAL",
  CANCELED: "CANCELED",
  CONFLICT: "CONFLICT",
  TIMEOUT: "TIMEOUT",
  RATE_LIMITED: "RATE_LIMITED",
  UNSUPPORTED: "UNSUPPORTED",
  UNKNOWN: "UNKNOWN",
  is: <Kind extends ErrorKind>(error: unknown, kind: Kind): error is WsError & { kind: Kind } =>
    WsError.is(error) && error.kind === kind,
});
