import { show } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { isFieldValue, isToken } from "./http-grammar.js";

/** Headers that make the request what it is. */
const OWN_HEADER =
  /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;

export function parseHeaders(entries: readonly unknown[]): Record<string, string> {
  const headers = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    // An iterable need not hold pairs.
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (!isToken(name)) {
      // It may be a whole line, with its value.
      throw invalidHeaders(`the name of header ${index + 1} must be a token, not ${show(name)}`);
    }
    if (OWN_HEADER.test(name)) {
      throw invalidHeaders(`the handshake sets ${name} itself: ${insteadOf(name)}`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(`${name} is given twice`);
    if (!isFieldValue(value)) {
      throw invalidHeaders(`the value of ${name} must be a string of printable characters`);
    }
    seen.add(name.toLowerCase());
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

/** Names what to use in place of a header that the handshake sets. */
function insteadOf(name: string): string {
  return INSTEAD[name.toLowerCase()] ?? "leave it out";
}

const INSTEAD: Readonly<Record<string, string>> = {
  host: "put the host into the URL, and let option node.lookup return the address to dial",
  origin: "use option node.origin",
  "sec-websocket-extensions": "use option compression",
  "sec-websocket-protocol": "use option protocols",
};

/** Makes the error of a header. No message shows a header's value, which may be a secret. */
export function invalidHeaders(problem: string): WsError {
  return new WsError("INVALID_OPTION", `connect: option headers: ${problem}`);
}
