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

/**
 * The kinds of the codes whose names do not tell it; a `+` marks a code that is retryable. All other
 * codes: see `traitsOf`.
 */
const TRAITS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ABORTED: "CANCELED",
  CHANNEL_CLOSED: "INVALID",
  CLOSED: "UNAVAILABLE",
  CONNECTION_LOST: "+UNAVAILABLE",
  DIAL_FAILED: "+INTERNAL",
  MESSAGE_TOO_BIG: "INVALID",
  QUEUE_FULL: "+RATE_LIMITED",
  SLOW_CONSUMER: "+RATE_LIMITED",
  UNSUPPORTED: "UNSUPPORTED",
};

function traitsOf(code: ErrorCode): string {
  if (code.includes("TIMEOUT")) return "+TIMEOUT";
  if (code.includes("INVALID")) return "INVALID";
  if (code.includes("FORBIDDEN")) return "PERMISSION_DENIED";
  return TRAITS[code] ?? "INTERNAL";
}

/** Reads an entry of a table of kinds: the kind, after a `+` if it is retryable. */
export function parseTraits(traits: string): { kind: ErrorKind; retryable: boolean } {
  return { kind: traits.replace("+", "") as ErrorKind, retryable: traits[0] === "+" };
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
    const { kind, retryable, details = {} } = { ...parseTraits(traitsOf(code)), ...init };
    this.code = code;
    this.kind = kind;
    this.retryable = retryable;
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

/** Describes a value for an error message. Texts and objects may hold secrets, so it shows neither. */
export function show(value: unknown): string {
  if (typeof value === "string") return `a string of length ${value.length}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return isObject(value) ? "an object" : String(value);
}

/** Quotes the start of a text that is no secret, such as a name; describes any other value. */
export function quote(value: unknown): string {
  if (typeof value !== "string") return show(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}

/** Makes the error of a value that is not what it must be. */
export function invalid(
  what: string,
  wanted: string,
  value: unknown,
  code: ErrorCode = "INVALID_OPTION",
  cause?: unknown,
): WsError {
  return new WsError(code, `${what} must be ${wanted}, not ${show(value)}`, { cause });
}

/** Returns a class that some platforms lack, when it is needed. Throws `UNSUPPORTED`, naming it. */
export function platformClass<
  N extends "TextEncoder" | "TextDecoder" | "ReadableStream" | "WritableStream",
>(name: N): (typeof globalThis)[N] {
  const found = globalThis[name] as (typeof globalThis)[N] | undefined;
  if (found) return found;
  throw new WsError("UNSUPPORTED", `${name} is missing here: add it`);
}

/** Whether it is an object to read options from. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Copies the options that are given, by these names. Throws `INVALID_OPTION` for any other name; where
 * only case or underscores differ, it says so.
 */
export function pickKnown(
  where: string,
  options: unknown,
  names: readonly string[],
): Record<string, unknown> {
  if (!isObject(options)) throw invalid(`${where}: options`, "an object", options);
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      const plain = (text: string): string => text.replace(/[_-]/g, "").toLowerCase();
      const meant = names.find((known) => plain(known) === plain(name));
      const hint = meant ? `did you mean ${meant}?` : `the options are ${names.join(", ")}`;
      throw new WsError("INVALID_OPTION", `${where}: unknown option ${quote(name)}: ${hint}`);
    }
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
