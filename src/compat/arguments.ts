/** Converts and checks the arguments of the standard's methods (WHATWG WebSockets and Web IDL). */
import type { ErrorCode } from "../errors/error-codes.js";
import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { PARSERS } from "../options/parse-options.js";
import { object } from "../options/parser.js";
import { NORMAL } from "../protocol/close-codes.js";
import { MAX_REASON_BYTES } from "../protocol/close.js";
import { payloadSize, utf8Size } from "../protocol/message.js";
import { toBytes } from "../protocol/payload.js";

export type BinaryType = "blob" | "arraybuffer";

/** The arguments of `close`, converted; `code` is `undefined` if it was omitted. */
export interface CloseArguments {
  readonly code: number | undefined;
  readonly reason: string;
}

/** Data to send: a string, bytes, or a `Blob`, whose bytes must be read first. */
export type Sendable = string | Uint8Array | Blob;

const syntaxError = (text: string): DOMException => new DOMException(text, "SyntaxError");

/** Throws a `TypeError` if a required argument is missing. */
export function requireArgument(count: number, what: string): void {
  if (count === 0) throw new TypeError(`${what}: an argument is missing`);
}

/** Calls a function that parses a value, and throws its error `code` as the `SyntaxError` of the standard. */
export function asSyntaxError<T>(parse: () => T, code: ErrorCode = "INVALID_URL"): T {
  try {
    return parse();
  } catch (error) {
    throw WsError.is(error) && error.code === code ? syntaxError(error.message) : error;
  }
}

/** Throws `INVALID_OPTION` for options that are no object, and for an option that does not apply to W3C events. */
export function rejectOptions(where: string, options: object, names: readonly string[]): void {
  object(options, `${where}: options`);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && names.includes(name)) {
      throw invalid(`${where}: option ${name}`, "left out", value);
    }
  }
}

/** Converts subprotocols to a list. Throws `SyntaxError`. */
export function toProtocols(value: unknown): string[] {
  const isList = typeof value === "object" && value !== null && Symbol.iterator in value;
  const list = (isList ? [...(value as Iterable<unknown>)] : [value]).map(toDomString);
  asSyntaxError(() => PARSERS.protocols(list, "WebSocket: protocols"), "INVALID_OPTION");
  return list;
}

/** Returns true for a `Blob` or `File`. */
export function isBlob(data: unknown): data is Blob {
  // An object with such a tag only is a string (Web IDL).
  const isNamed = typeof data === "object" && ["Blob", "File"].includes(tagOf(data));
  return isNamed && typeof (data as Blob).size === "number";
}

/**
 * Converts data to send. Bytes may share the caller's memory. A detached buffer has no bytes. Throws `TypeError` for a
 * symbol, and for shared or resizable memory.
 */
export function toSendable(data: unknown): Sendable {
  if (typeof data === "string" || isBlob(data)) return data;
  const buffer: unknown = ArrayBuffer.isView(data) ? data.buffer : data;
  const isBuffer = tagOf(buffer) === "ArrayBuffer";
  if (!isBuffer && buffer === data) return toDomString(data);
  // Web IDL: the bytes could change while they are sent.
  if (!isBuffer || (buffer as { readonly resizable?: boolean }).resizable) {
    throw new TypeError("send: the buffer is shared or resizable; copy the bytes");
  }
  const bytes = data as ArrayBuffer;
  return bytes.byteLength === 0 ? new Uint8Array() : toBytes(bytes);
}

/** Converts a value to a string as Web IDL does: unlike `String`, throws `TypeError` for a symbol. */
export function toDomString(value: unknown): string {
  return "".concat(value as string);
}

/** Returns the name of a built-in class, also for an object of another realm, such as that of a test environment. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Converts a value of `binaryType`. Returns `undefined` for any other, which the setter ignores (Web IDL). */
export function toBinaryType(value: unknown): BinaryType | undefined {
  const text = toDomString(value);
  return text === "blob" || text === "arraybuffer" ? text : undefined;
}

/** Returns the size of data in bytes. */
export function sizeOf(data: Sendable): number {
  return isBlob(data) ? data.size : payloadSize(data);
}

/** Converts the arguments of `close`. Throws `InvalidAccessError` or `SyntaxError`. */
export function toCloseArguments(code: unknown, reason: unknown = ""): CloseArguments {
  const number = code === undefined ? undefined : clamp(code);
  if (number !== undefined && number !== NORMAL && !(number >= 3000 && number <= 4999)) {
    throw new DOMException(
      `close: code ${number} is neither 1000 nor 3000-4999`,
      "InvalidAccessError",
    );
  }
  const text = toDomString(reason);
  const size = utf8Size(text);
  if (size > MAX_REASON_BYTES) {
    throw syntaxError(`close: reason of ${size} bytes exceeds ${MAX_REASON_BYTES} bytes`);
  }
  return { code: number, reason: text };
}

/**
 * Converts a value to `[Clamp] unsigned short`, which rounds a half to the even neighbour (Web IDL). Throws `TypeError`
 * for a bigint or a symbol.
 */
function clamp(value: unknown): number {
  const clamped = Math.min(Math.max(value as number, 0), 65_535) || 0;
  const rounded = Math.round(clamped);
  return clamped % 1 === 0.5 ? rounded - (rounded % 2) : rounded;
}
