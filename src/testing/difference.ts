import type { ReceiveResult } from "../channel/queue.js";
import type { Message } from "../protocol/message.js";

/** The longest text of a value in a message, in characters. */
const MAX_SHOWN_CHARS = 200;

/** Throws an error that shows the difference, unless `result` is the expected message. */
export function expectMessage(result: ReceiveResult<Message>, expected: unknown): void {
  const actual = result.ok ? comparable(result.value, expected) : undefined;
  const wanted = normal(expected);
  if (result.ok && show(actual) === show(wanted)) return;
  const found = result.ok ? show(actual) : "the end of the connection";
  const lines = [
    "the message differs",
    `  expected: ${clip(show(wanted))}`,
    `  received: ${clip(found)}`,
    ...pointer(show(wanted), found),
  ];
  const error = new Error(lines.join("\n"));
  throw Object.assign(error, { name: "AssertionError", actual, expected: wanted });
}

/** Returns the data of a message in the form of the expected value. */
function comparable({ data }: Message, expected: unknown): unknown {
  if (typeof data !== "string") return [...data];
  if (typeof expected === "string" || isBytes(expected)) return data;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}

function normal(expected: unknown): unknown {
  if (!isBytes(expected)) return expected;
  const bytes = ArrayBuffer.isView(expected)
    ? new Uint8Array(expected.buffer, expected.byteOffset, expected.byteLength)
    : new Uint8Array(expected);
  return [...bytes];
}

function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** Returns the JSON of a value with sorted keys. */
function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
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
