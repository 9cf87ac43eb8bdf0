import { WsError } from "../../errors.js";
import type { DialOptions } from "../../transport.js";
import { displayUrl, parseUrl, sameOrigin, unixProblem } from "../../url.js";

const DEFAULT_MAX_REDIRECTS = 5;

/** The target of one dial, and the options that may travel to it. */
export interface Hop {
  readonly url: URL;
  readonly options: DialOptions;
}

/** Where a refused dial leads; throws the refusal itself where it leads nowhere. */
export function followRedirect(from: Hop, refusal: unknown, hops: number): Hop {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = redirectLocation(refusal);
  if (location === undefined || !followRedirects) throw refusal;
  const label = displayUrl(from.url);
  if (hops >= maxRedirects) {
    throw new WsError("HANDSHAKE_REJECTED", `dial ${label}: over ${maxRedirects} redirects`, {
      details: (refusal as WsError).details,
    });
  }
  const url = parseLocation(from.url, location, refusal as WsError);
  if (url.protocol === "ws+unix:" || (from.url.protocol === "wss:" && url.protocol === "ws:")) {
    throw new WsError(
      "URL_FORBIDDEN",
      `dial ${label}: not allowed: ${displayUrl(url)}: a redirect may not leave TLS or the network`,
    );
  }
  if (sameOrigin(from.url, url)) {
    url.username = from.url.username;
    url.password = from.url.password;
    return { url, options: from.options };
  }
  return { url, options: withoutSecrets(from.options, `dial ${label}`) };
}

function redirectLocation(refusal: unknown): string | undefined {
  if (!WsError.is(refusal)) return undefined;
  const { status = 0, headers } = refusal.details;
  const location = headers?.location;
  return [301, 302, 303, 307, 308].includes(status) && typeof location === "string"
    ? location
    : undefined;
}

/** A location is relative to where it came from (RFC 9110 section 10.2.2). Its credentials are not ours. */
function parseLocation(from: URL, location: string, refusal: WsError): URL {
  try {
    const url = parseUrl(new URL(location, from), { unix: unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    // No cause: Node's names both URLs, with their credentials and queries.
    throw new WsError("HANDSHAKE_REJECTED", `dial ${displayUrl(from)}: redirected to a bad URL`, {
      details: refusal.details,
    });
  }
}

/** What may travel to another origin: no user header, no client certificate. */
function withoutSecrets(options: DialOptions, operation: string): DialOptions {
  const { agent, tls } = options.node;
  if (holdsCertificate((agent as { options?: object } | undefined)?.options)) {
    throw new WsError(
      "URL_FORBIDDEN",
      `${operation}: not allowed: a redirect would take the agent's client certificate elsewhere`,
    );
  }
  const kept = Object.entries(tls ?? {}).filter(([name]) => !CERTIFICATE_OPTIONS.includes(name));
  return { ...options, headers: {}, node: { ...options.node, tls: Object.fromEntries(kept) } };
}

/** Of the options of a TLS connect, those that hold or may hold who we are. */
const CERTIFICATE_OPTIONS: readonly string[] = [
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
];

function holdsCertificate(options: object = {}): boolean {
  return CERTIFICATE_OPTIONS.some((name) => name in options);
}
