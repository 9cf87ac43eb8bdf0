import type { ErrorCode, ErrorKind } from "./error-codes.js";

/** The facts behind a {@link WsError}, by name. Which ones are there depends on its `code`. */
export interface ErrorDetails {
  /** `DIAL_FAILED`: the platform hides the reason, as browsers do. */
  readonly opaque?: boolean;
  /** `HANDSHAKE_REJECTED`: the HTTP status. */
  readonly status?: number;
  /** `HANDSHAKE_REJECTED`: the text after the status, as the server wrote it. */
  readonly statusText?: string;
  /** `HANDSHAKE_REJECTED`: the response's headers, names in lower case. Not enumerable: logs do not show it. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * `HANDSHAKE_REJECTED`: the start of the response's body, at most 64 KiB, as UTF-8. A body in gzip,
   * deflate or brotli is decompressed, as far as it is intact; one in any other `Content-Encoding` is `""`.
   * Not enumerable: logs do not show it.
   */
  readonly body?: string;
  /** `HANDSHAKE_REJECTED`: how long the server's `Retry-After` asks to wait, in milliseconds. */
  readonly retryAfter?: number;
  /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: the limit that was crossed, in bytes. */
  readonly limit?: number;
  /** `MESSAGE_TOO_BIG`, `SLOW_CONSUMER`: what crossed it, in bytes, where it is known. */
  readonly size?: number;
  /** `INVALID_MESSAGE` and `MESSAGE_TOO_BIG` of option `codec`: the codec that found it. */
  readonly codec?: string;
  /** `INVALID_MESSAGE` of option `codec`: the byte of the message at which it went wrong. */
  readonly position?: number;
  /** `CLOSED_BY_PEER`: the code of the peer's close frame. */
  readonly closeCode?: number;
  /** `CLOSED_BY_PEER`: the reason in the peer's close frame, as the peer wrote it. */
  readonly reason?: string;
}

/** What a {@link WsError} is made of beside its code and message. */
export interface ErrorInit {
  /** Overrides the code's own kind. */
  readonly kind?: ErrorKind;
  /** Overrides the code's own `retryable`. */
  readonly retryable?: boolean;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/** The kinds of the codes whose names do not contain them. All other codes: see `kindOf`. */
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

/** Codes that are retryable, besides all timeouts. */
const RETRYABLE_CODES: readonly ErrorCode[] = [
  "CONNECTION_LOST",
  "DIAL_FAILED",
  "QUEUE_FULL",
  "SLOW_CONSUMER",
];

function kindOf(code: ErrorCode): ErrorKind {
  if (code.includes("TIMEOUT")) return "TIMEOUT";
  if (code.includes("INVALID")) return "INVALID";
  if (code.includes("FORBIDDEN")) return "PERMISSION_DENIED";
  return KINDS[code] ?? "INTERNAL";
}

/** C0, DEL, C1, bidirectional controls, and the separators of lines and paragraphs. */
// No property escapes (`\p{...}`): React Native's Hermes cannot parse them.
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Percent-encodes the characters with which a peer's text could forge log lines or control a terminal. */
const escapeControls = (text: string): string => text.replace(CONTROLS, encodeURI);

/** Registered, so that the errors of two copies of the package know each other. */
const BRAND: unique symbol = /* @__PURE__ */ Symbol.for("wschan.WsError") as never;

/**
 * The one class of error this package throws and rejects with, on every platform.
 *
 * Tell errors apart by `code` (the case) or `kind` (the class); messages are for people and may change.
 * They begin with the operation that failed and show a URL as origin and path, since queries and
 * credentials are secrets. They show no payload and no text of an option, and escape control characters;
 * what a peer said stands unchanged in `details`.
 */
export class WsError extends Error {
  /** The stable name of the failure. */
  readonly code: ErrorCode;
  /** The class of failure. */
  readonly kind: ErrorKind;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The facts behind the failure; empty where there are none. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, init: ErrorInit = {}) {
    // `inspect` would show a cause of `undefined`.
    super(escapeControls(message), init.cause === undefined ? undefined : init);
    const { kind = kindOf(code), details = {} } = init;
    this.code = code;
    this.kind = kind;
    this.retryable = init.retryable ?? (code.includes("TIMEOUT") || RETRYABLE_CODES.includes(code));
    this.details = hideSecrets(details);
    // No computed member of the class: a bundler would keep one that is not used.
    Object.defineProperty(this, BRAND, { value: true });
  }

  override get name(): string {
    return "WsError";
  }

  /**
   * Whether `value` is a `WsError`, of this copy of the package or of another one in the process, where
   * `instanceof` would say no.
   */
  static is(value: unknown): value is WsError {
    return (value as Partial<Record<typeof BRAND, true>> | null | undefined)?.[BRAND] === true;
  }
}

/** Copies details so that no log, `util.inspect` or `JSON.stringify` shows the headers and the body. */
function hideSecrets(details: ErrorDetails): ErrorDetails {
  const copy = { ...details };
  for (const name of ["headers", "body"] as const) {
    const value = details[name];
    if (value) Object.defineProperty(copy, name, { value, enumerable: false });
  }
  return copy;
}

/**
 * The kinds of error by name, and `is` to test for one: `errors.is(error, errors.TIMEOUT)`.
 */
export const errors: { readonly [K in ErrorKind]: K } & {
  /** Whether `error` is a {@link WsError} of this kind. False for anything else. */
  is(error: unknown, kind: ErrorKind): error is WsError;
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
  is: (error: unknown, kind: ErrorKind): error is WsError =>
    WsError.is(error) && error.kind === kind,
});
