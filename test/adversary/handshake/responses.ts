import type { ConnectOptions } from "../../../src/node.js";
import type { Attack } from "../../helpers/adversary.js";
import type { RawConnection } from "../../helpers/raw-server.js";
import { IGNORED } from "../../helpers/verdict.js";

/** The connection opens, and both messages of the server arrive. */
export const OPENS = IGNORED;

/** The response is not HTTP that Node can parse. */
export const NO_HTTP = "HANDSHAKE_REJECTED, INTERNAL; wire: nothing";

/** The response is valid HTTP, and breaks the WebSocket protocol. */
export const REFUSED = rejected("INTERNAL", 101);

/** The handshake is rejected with a status, and an error of these traits. */
export function rejected(traits: string, status: number): string {
  return `HANDSHAKE_REJECTED, ${traits}, status ${status}; wire: nothing`;
}

/** The connection ends before a complete response. */
export const FAILED = "DIAL_FAILED, INTERNAL, retryable; wire: nothing";

/** The response is not complete within dialTimeout. */
export const TOO_LATE = "DIAL_TIMEOUT, TIMEOUT, retryable; wire: nothing";

/** The lines of a response. Lines that are left out are those of RFC 6455 section 4.2.2. */
export interface HandshakeResponse {
  readonly before?: string;
  readonly status?: string;
  readonly upgrade?: string;
  readonly connection?: string;
  readonly accept?: (right: string) => string;
  /** Additional lines. */
  readonly more?: readonly string[];
}

/** Sends a response. */
export function respond(
  peer: RawConnection,
  { before = "", ...response }: HandshakeResponse,
): void {
  const {
    status = "HTTP/1.1 101 Switching Protocols",
    upgrade = "Upgrade: websocket",
    connection = "Connection: Upgrade",
    accept = (right) => `Sec-WebSocket-Accept: ${right}`,
    more = [],
  } = response;
  const lines = [status, upgrade, connection, accept(peer.acceptance), ...more];
  peer.write(Buffer.from(`${before}${lines.filter(Boolean).join("\r\n")}\r\n\r\n`, "latin1"));
}

/** Returns attacks of servers that send these responses, by their names. */
export function responses(
  all: Readonly<Record<string, HandshakeResponse>>,
  options?: ConnectOptions,
): Attack[] {
  return Object.entries(all).map(([name, response]) => ({
    name,
    answer: (peer) => respond(peer, response),
    ...(options && { options }),
  }));
}

/** Returns attacks of servers that send exactly these texts, and then stay silent or end the connection. */
export function rawResponses(all: Readonly<Record<string, string>>, end = false): Attack[] {
  return Object.entries(all).map(([name, text]) => ({
    name,
    answer: (peer) => {
      peer.write(Buffer.from(text, "latin1"));
      if (end) peer.socket.end();
    },
  }));
}
