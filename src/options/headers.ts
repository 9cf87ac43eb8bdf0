import { isObject, show } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { isFieldValue, isToken } from "./http-grammar.js";
import type { Parser } from "./parser.js";

/** Names of the headers that the handshake or HTTP itself sets. */
const RESERVED_HEADER =
  /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;

/** Validates and copies an object of headers, or `Headers`. */
export const parseHeaders: Parser = (value, name) => {
  if (!isObject(value)) {
    const what = typeof value === "string" ? "a string" : show(value);
    throw invalidHeaders(name, `must be an object of strings, or Headers, not ${what}`);
  }
  const entries: readonly unknown[] =
    typeof (value as Partial<Headers>)[Symbol.iterator] === "function"
      ? [...(value as unknown as Headers)]
      : Object.entries(value);
  return parseEntries(entries, name);
};

/** Validates and copies headers, which are given as pairs of name and value. Throws `INVALID_OPTION`. */
function parseEntries(entries: readonly unknown[], option: string): Record<string, string> {
  const headers = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    // An iterable may yield values that are not pairs.
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (!isToken(name)) {
      // Do not quote the name: it may be a whole header line, with a secret value.
      const problem = `the name of header ${index + 1} must be a token, not ${show(name)}`;
      throw invalidHeaders(option, problem);
    }
    if (RESERVED_HEADER.test(name)) {
      throw invalidHeaders(option, `the handshake sets ${name} itself: ${remedyFor(name)}`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(option, `${name} is given twice`);
    if (!isFieldValue(value)) {
      throw invalidHeaders(option, `the value of ${name} must be a string of printable characters`);
    }
    seen.add(name.toLowerCase());
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

/** Returns the remedy for a header that the handshake sets. */
function remedyFor(name: string): string {
  return REMEDIES[name.toLowerCase()] ?? "leave it out";
}

const REMEDIES: Readonly<Record<string, string>> = {
  host: "put the host into the URL, and let option node.lookup return the address to dial",
  origin: "use option node.origin",
  "sec-websocket-extensions": "use option compression",
  "sec-websocket-protocol": "use option protocols",
};

/** Creates the error for an invalid header. Its message never shows a value, because values may be secret. */
function invalidHeaders(option: string, problem: string): WsError {
  return new WsError("INVALID_OPTION", `${option}: ${problem}`);
}
