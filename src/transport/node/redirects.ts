import { WsError } from "../../errors/ws-error.js";
import type { DialOptions } from "../../protocol/dial.js";
import { displayUrl, parseUrl, sameOrigin, unixProblem } from "../../protocol/url.js";

const DEFAULT_MAX_REDIRECTS = 5;

/** The target of one dial, and the options that may travel to it. */
export interface Hop {
  readonly url: URL;
  readonly options: DialOptions;
}

/** Returns the target that a refused dial redirects to; throws the refusal itself if there is none. */
export function followRedirect(from: Hop, refusal: unknown, hops: number): Hop {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = redirectLocation(refusal);
  if (location === undefined || !followRedirects) throw refusal;
  const label = displayUrl(from.url);
  if (hops >= maxRedirects) {
    throw new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: redirected again after node.maxRedirects (${maxRedirects}) redirects`,
      { details: (refusal as WsError).details },
    );
  }
  const url = parseLocation(from.url, location, refusal as WsError);
  const operation = `dial ${label}: not allowed: ${displayUrl(url)}`;
  if (url.protocol.endsWith("+unix:")) {
    throw forbidden(operation, "a redirect may not lead to a Unix socket");
  }
  if (from.url.protocol.startsWith("wss") && url.protocol === "ws:") {
    throw forbidden(operation, "a redirect may not lead from TLS to a connection without it");
  }
  if (!sameOrigin(from.url, url)) return { url, options: strip(from.options, operation) };
  url.username = from.url.username;
  url.password = from.url.password;
  return { url, options: from.options };
}

function forbidden(operation: string, why: string): WsError {
  return new WsError("URL_FORBIDDEN", `${operation}: ${why}`);
}

function redirectLocation(refusal: unknown): string | undefined {
  if (!WsError.is(refusal)) return undefined;
  const { status = 0, headers } = refusal.details;
  const location = headers?.location;
  return [301, 302, 303, 307, 308].includes(status) && typeof location === "string"
    ? location
    : undefined;
}

/**
 * Resolves a `Location` against the URL that was dialled (RFC 9110 section 10.2.2). Credentials in it are
 * the server's, and dropped.
 */
function parseLocation(from: URL, location: string, refusal: WsError): URL {
  try {
    const url = parseUrl(new URL(location, from), { unix: unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    // No cause: Node's names both URLs, with their credentials and queries.
    throw new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${displayUrl(from)}: redirected to what is not a ws: or wss: URL: see details.headers`,
      { details: refusal.details },
    );
  }
}

/**
 * The options of `tls.connect` that say whom to trust, and how. No other one travels to another origin: it
 * holds, or could hold, a secret or a name of the user's.
 */
const PUBLIC_TLS_OPTIONS: readonly string[] = [
  "allowPartialTrustChain",
  "ca",
  "checkServerIdentity",
  "ciphers",
  "crl",
  "ecdhCurve",
  "enableTrace",
  "maxVersion",
  "minDHSize",
  "minVersion",
  "rejectUnauthorized",
  "requestOCSP",
  "secureOptions",
  "secureProtocol",
  "sigalgs",
];

/** The options of an agent that hold, or may hold, a secret or a name of the user's. */
const PRIVATE_AGENT_OPTIONS: readonly string[] = [
  "cert",
  "key",
  "pfx",
  "passphrase",
  "secureContext",
  "session",
  "pskCallback",
  "clientCertEngine",
  "privateKeyEngine",
  "privateKeyIdentifier",
  "servername",
];

/** Returns the options that may travel to another origin; throws if one of the others is indispensable. */
function strip(options: DialOptions, operation: string): DialOptions {
  if (options.protocols.length > 0) {
    const why = "option protocols, which may hold a token, may not travel to another origin";
    throw forbidden(operation, `${why}: dial that URL yourself, or leave out protocols`);
  }
  const { agent, tls } = options.node;
  const own = (agent as { options?: object } | undefined)?.options ?? {};
  const secret = PRIVATE_AGENT_OPTIONS.find((name) => name in own);
  if (secret) {
    const why = `option ${secret} of node.agent may not travel to another origin`;
    throw forbidden(operation, `${why}: dial that URL yourself`);
  }
  const node = Object.entries(options.node).filter(([name]) => name !== "origin");
  const publicTls = Object.entries(tls ?? {}).filter(([name]) => PUBLIC_TLS_OPTIONS.includes(name));
  return {
    ...options,
    headers: {},
    node: { ...Object.fromEntries(node), tls: Object.fromEntries(publicTls) },
  };
}
