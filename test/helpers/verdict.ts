import type { Client, CloseInfo, Message, WsError } from "../../src/node.js";
import { closeText } from "./close-text.js";
import { closeOf, OPCODE } from "./frames.js";
import type { Frame } from "./frames.js";
import type { RawConnection, RawServer } from "./raw-server.js";
import { ms } from "./time.js";

/** Time limit for the end of a connection, in milliseconds. */
const END_TIMEOUT_MS = 10_000;

/** Description of a message, or of a text, that equals the one that was sent. */
const SAME_MESSAGE = "the message";

/** The client closes the connection with this code and error. Earlier messages can be received. */
export function closedByClient(code: number, error: string, received = "before"): string {
  return `received: ${received}; closed by the client with ${code} (not clean), ${error}; wire: close with ${code}`;
}

/** The client closes the connection because the bytes violate the protocol. */
export function broken(code = 1002, received?: string): string {
  return closedByClient(code, "PROTOCOL_ERROR", received);
}

export const TOO_BIG = closedByClient(1009, "MESSAGE_TOO_BIG");

/** The connection was lost without a close frame in either direction. */
export const LOST = "received: before; lost with 1006 (not clean), CONNECTION_LOST; wire: nothing";

/** The server closes the connection, and the client has sent the frames `sent`. */
export function closedByServer(received: string, code = 1000, sent = `close with ${code}`): string {
  return `received: ${received}; closed by the peer with ${code} (clean), no error; wire: ${sent}`;
}

/** The bytes are accepted as `messages`, and the connection stays usable. */
export function accepted(messages: string = SAME_MESSAGE, sent?: string): string {
  return closedByServer(`before, ${messages}, after`, 1000, sent);
}

/** The bytes are ignored, and the connection stays usable. */
export const IGNORED = closedByServer("before, after");

/**
 * Waits for the end of a connection and describes it in one line: the messages that could be received
 * afterwards, the client's close information, and the frames that the server received.
 */
export async function describeEnd(
  client: Client,
  peer: RawConnection,
  message?: string | Uint8Array,
): Promise<string> {
  const pending = await settles(client.closed);
  client.terminate();
  const gone = await settles(peer.closed);
  const info = await client.closed;
  const read = await readAll(client, message);
  const thrown = await client[Symbol.asyncIterator]()
    .next()
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return join(
    `received: ${tally(read)}`,
    pending || describeCloseInfo(info, message),
    thrown === info.error ? "" : `iterating throws ${String(thrown)}`,
    `wire: ${describeFrames(peer.frames, message)}`,
    gone,
  );
}

export function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

/** Waits for a promise. Returns "" when it settles, or "never ends" at the time limit. */
async function settles(promise: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("never ends"), ms(END_TIMEOUT_MS));
  });
  const text = await Promise.race([promise.then(() => ""), late]);
  clearTimeout(timer);
  return text;
}

async function readAll(client: Client, message?: string | Uint8Array): Promise<string[]> {
  const read: string[] = [];
  for (;;) {
    const { ok, value } = await client.receive();
    if (!ok) return read;
    read.push(describeMessage(value, message));
  }
}

function describeMessage({ type, data }: Message, message?: string | Uint8Array): string {
  if (message !== undefined) {
    const isText = typeof message === "string";
    const isSame =
      isText === (type === "text") &&
      Buffer.from(message as string).equals(Buffer.from(data as string));
    if (isSame) return SAME_MESSAGE;
  }
  if (data === "before" || data === "after") return data;
  return type === "text" ? "a text message" : "a binary message";
}

function describeCloseInfo(info: CloseInfo, message?: string | Uint8Array): string {
  const { code, reason, error, sentCode } = info;
  const text = `${closeText(info, describeReason(reason, message))}, ${error?.code ?? "no error"}`;
  // The sent code is part of the description if it differs, because the frames have to agree with it.
  return sentCode === undefined || sentCode === code ? text : `${text}, sentCode ${sentCode}`;
}

function describeReason(reason: string, message?: string | Uint8Array): string {
  return reason === "" ? "" : reason === message ? " and the reason" : ` "${reason}"`;
}

function describeFrames(frames: readonly Frame[], message?: string | Uint8Array): string {
  return tally(frames.map((one) => describeFrame(one, message)));
}

/** Joins texts in order, and merges repetitions: "2 x pong". */
function tally(all: readonly string[]): string {
  const runs: { text: string; count: number }[] = [];
  for (const text of all) {
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  const texts = runs.map(({ text, count }) => (count === 1 ? text : `${count} x ${text}`));
  return texts.join(", ") || "nothing";
}

function describeFrame(one: Frame, message?: string | Uint8Array): string {
  const names: Readonly<Record<number, string>> = {
    [OPCODE.CLOSE]: "close",
    [OPCODE.PONG]: "pong",
  };
  const name = names[one.opcode] ?? `opcode ${one.opcode}`;
  const { code, reason } = closeOf(one);
  const codeText = one.payload.length === 0 ? "without a code" : `with ${code}`;
  const detail =
    one.opcode === OPCODE.CLOSE ? ` ${codeText}${describeReason(reason, message)}` : "";
  const fault = one.masked && one.fin && !one.rsv1 ? "" : " malformed";
  return `${name}${detail}${fault}`;
}

/** Describes a failed dial: its error, and the bytes that the server received after the request. */
export async function describeRefusal(error: WsError, server: RawServer): Promise<string> {
  const gone = await settles(server.idle());
  return join(describeError(error), describeBytes(server.connections), gone);
}

function describeError({ code, kind, retryable, details }: WsError): string {
  const status = details.status === undefined ? "" : `, status ${details.status}`;
  const after = details.retryAfter === undefined ? "" : `, after ${details.retryAfter} ms`;
  return `${code}, ${kind}${retryable ? ", retryable" : ""}${status}${after}`;
}

function describeBytes(connections: readonly RawConnection[]): string {
  const bytes = connections.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
  return `wire: ${bytes === 0 ? "nothing" : `${bytes} bytes`}`;
}
