import type { IncomingMessage } from "node:http";

/** One extension, with window bits as RFC 7692 section 7.1.2 defines them. `ws` validates the rest. */
const EXTENSION_HEADER = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;

/**
 * Returns the rule of RFC 6455 section 4.1 or RFC 7692 section 5 that a response with status 101 violates, if
 * any, as far as `ws` does not check it.
 */
export function upgradeProblem({ httpVersion, headers }: IncomingMessage): string | undefined {
  // Node also parses RTSP/1.0.
  if (httpVersion !== "1.1") return `expected version HTTP/1.1, not ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === undefined || EXTENSION_HEADER.test(extensions)) return undefined;
  return "invalid Sec-WebSocket-Extensions header";
}
