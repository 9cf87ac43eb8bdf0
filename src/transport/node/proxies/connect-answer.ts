/** Reads the answer to a CONNECT request. */
import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { parseRetryAfter } from "../../../protocol/refusal.js";
import { closeError } from "./socket-events.js";

/** The parts of an answer that matter. */
export interface ConnectAnswer {
  readonly status: number;
  /** In milliseconds. */
  readonly retryAfter: number | undefined;
}

/** Thrown for an answer that is not HTTP, or that is too large. */
export class InvalidAnswer extends Error {}

/** The empty line after a header. A recipient may accept a line feed without a carriage return (RFC 9112 section 2.2). */
const HEADER_END = /\r?\n\r?\n/;
const MAX_HEADER_END_LENGTH = 4;
const PROTOCOL = "HTTP/1.";

/**
 * Reads the final answer. Bytes after its header stay in the socket, because they belong to the tunnel.
 *
 * @param maxBytes - The largest header of all answers together: interim ones (1xx) may come first.
 */
export async function readConnectAnswer(socket: Socket, maxBytes: number): Promise<ConnectAnswer> {
  for (let bytesLeft = maxBytes; ;) {
    const header = await readHeader(socket, bytesLeft, maxBytes);
    const answer = parseAnswer(header);
    // 101 is final, although it is 1xx (RFC 9110 section 15.2.2).
    if (answer.status >= 200 || answer.status === 101) return answer;
    bytesLeft -= header.length;
  }
}

/**
 * Reads up to the empty line that ends a header. Returns the header as Latin-1.
 *
 * @param maxBytes - The rest of the limit, after earlier answers.
 * @param limit - The limit, for the error.
 */
function readHeader(socket: Socket, maxBytes: number, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    // The last characters read: the empty line may begin in one chunk and end in the next.
    let tail = "";
    const settle = (error: Error | undefined): void => {
      socket.off("readable", read).off("end", onEnd).off("error", settle).off("close", onEnd);
      if (error) reject(error);
      else resolve(text);
    };
    const onEnd = (): void => settle(closeError(socket, "the proxy answered"));
    const read = (): void => {
      let chunk: Buffer | null;
      while ((chunk = socket.read() as Buffer | null) !== null) {
        const joined = tail + chunk.toString("latin1");
        const found = HEADER_END.exec(joined);
        const end = found ? found.index + found[0].length - tail.length : chunk.length;
        text += chunk.toString("latin1", 0, end);
        tail = joined.slice(1 - MAX_HEADER_END_LENGTH);
        const problem = problemOf(text, maxBytes, limit);
        if (problem !== undefined) {
          settle(new InvalidAnswer(problem));
          return;
        }
        if (found) {
          if (end < chunk.length) socket.unshift(chunk.subarray(end));
          settle(undefined);
          return;
        }
      }
    };
    socket.on("readable", read).on("end", onEnd).on("error", settle).on("close", onEnd);
    if (socket.destroyed) onEnd();
  });
}

/** Returns the reason why the beginning of an answer is invalid, if it is. */
function problemOf(text: string, maxBytes: number, limit: number): string | undefined {
  // Checked at the first bytes, because a proxy of another protocol may then wait for this side.
  const isHttp = PROTOCOL.startsWith(text.slice(0, PROTOCOL.length));
  if (!isHttp) return "it is not HTTP/1.1";
  if (text.length <= maxBytes) return undefined;
  return `the header exceeds node.maxHeaderSize (${limit} bytes)`;
}

function parseAnswer(header: string): ConnectAnswer {
  const [, status] = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |\r?\n)/.exec(header) ?? [];
  if (status === undefined) throw new InvalidAnswer("it has no valid status line");
  const [, retryAfter] = /\nretry-after:[ \t]*(.*?)[ \t]*\r?\n/i.exec(header) ?? [];
  return { status: Number(status), retryAfter: parseRetryAfter(retryAfter) };
}
