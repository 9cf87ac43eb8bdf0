import type { ReceiveResult } from "../channel/queue.js";
import { WsError } from "../errors/ws-error.js";
import type { Message } from "../protocol/message.js";

/** The longest text of a value in a message, in characters. */
const MAX_SHOWN_CHARS = 200;

/** Returns an expected message as text. Throws `INVALID_MESSAGE` for a value that JSON cannot represent. */
export function describeExpected(expected: unknown): string {
  if (isBytes(expected)) return describeBytes(expected);
  try {
    const text = describe(expected);
    if (typeof text === "string") return text;
  } catch {
    // A bigint, a number that is not finite, or a Map.
  }
  const problem = "the message must be a string, bytes or a JSON value";
  throw new WsError("INVALID_MESSAGE", `expect: ${problem}`);
}

/** Throws an error that shows the difference, unless `result` is the expected message; `wanted` is that as text. */
export function expectMessage(
  result: ReceiveResult<Message>,
  expected: unknown,
  wanted: string,
): void {
  const actual = result.ok ? comparable(result.value, expected) : undefined;
  const found = result.ok ? describeExpected(actual) : "the end of the connection";
  if (found === wanted) return;
  const lines = [
    "the message differs",
    `  expected: ${clip(wanted)}`,
    `  received: ${clip(found)}`,
    ...pointer(wanted, found),
  ];
  throw Object.assign(new Error(lines.join("\n")), { name: "AssertionError", actual, expected });
}

/** Returns the data of a message in the form of the expected value. */
function comparable({ data }: Message, expected: unknown): unknown {
  if (typeof data !== "string" || typeof expected === "string" || isBytes(expected)) return data;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}

function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function describeBytes(value: ArrayBuffer | ArrayBufferView): string {
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return `bytes <${hex.join(" ")}>`;
}

/** Returns the JSON of a value with sorted keys. Throws for a value that it would change. */
function describe(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) throw new TypeError("not finite");
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    if (Symbol.iterator in part) throw new TypeError("a collection");
    const entries = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

function clip(text: string): string {
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}...` : text;
}

/** Returns a line that points at the first difference, if it is shown. */
function pointer(expected: string, received: string): string[] {
  let index = 0;
  while (index < expected.length && expected[index] === received[index]) index++;
  return index < MAX_SHOWN_CHARS ? [`            ${" ".repeat(index)}^`] : [];
}
