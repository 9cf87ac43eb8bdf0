import type { Socket } from "node:net";
import { basicAuth, hasHeader } from "../url-credentials.js";
import { InvalidAnswer, readConnectAnswer } from "./connect-answer.js";
import { invalidAnswerError, statusError, unreachableError } from "./errors.js";
import type { ProxiedDial } from "./errors.js";
import type { Proxy } from "./proxy.js";
import { authorityOf } from "./target.js";
import type { Target } from "./target.js";

/**
 * Asks an HTTP proxy to connect a socket to the target (RFC 9110 section 9.3.6). Rejects with a `WsError` if it
 * refuses, answers something else, or hangs up.
 *
 * @param maxHeaderSize - The largest header of the answer, in bytes.
 */
export async function requestTunnel(
  socket: Socket,
  dial: ProxiedDial,
  target: Target,
  maxHeaderSize: number,
): Promise<void> {
  // A header is Latin-1 in Node.
  socket.write(connectRequest(dial.proxy, authorityOf(target)), "latin1");
  const { status, retryAfter } = await readConnectAnswer(socket, maxHeaderSize).catch(
    (error: unknown) => {
      throw error instanceof InvalidAnswer
        ? invalidAnswerError(dial, error.message)
        : unreachableError(dial, error);
    },
  );
  if (status < 200 || status > 299) throw statusError(dial, status, retryAfter);
}

function connectRequest(proxy: Proxy, authority: string): string {
  const { headers, username, password } = proxy;
  const hasOwn = hasHeader(headers, "proxy-authorization");
  const all = {
    Host: authority,
    ...(!hasOwn && (username || password) && { "Proxy-Authorization": basicAuth(proxy) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `CONNECT ${authority} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
