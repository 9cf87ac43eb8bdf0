import { show } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

/** The schemes of proxies, each with its default port. */
const DEFAULT_PORTS = {
  http: 80,
  https: 443,
  socks4: 1080,
  socks4a: 1080,
  socks5: 1080,
  socks5h: 1080,
} as const;

/** The parts of a proxy's URL. */
export interface ProxyUrl {
  readonly scheme: keyof typeof DEFAULT_PORTS;
  /** The host name or address. An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-encoded, as in the URL. */
  readonly username: string;
  /** Percent-encoded, as in the URL. */
  readonly password: string;
}

/**
 * Parses the URL of a proxy. `name` begins the message of the error, which does not show the URL, because it may
 * contain credentials. Throws `INVALID_OPTION`.
 */
export function parseProxyUrl(value: unknown, name: string): ProxyUrl {
  const url = typeof value === "string" ? toUrl(value) : undefined;
  const problem = url ? problemOf(url) : `is ${show(value)}, not a URL`;
  if (!url || problem !== undefined) {
    const example = `use a URL such as "http://proxy.example:8080"`;
    throw new WsError("INVALID_OPTION", `${name} ${problem}: ${example}`);
  }
  const scheme = url.protocol.slice(0, -1) as ProxyUrl["scheme"];
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port),
    username: url.username,
    password: url.password,
  };
}

function toUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Returns the reason why a URL does not name a proxy, if there is one. */
function problemOf({ protocol, hostname, pathname, search, hash }: URL): string | undefined {
  const schemes = Object.keys(DEFAULT_PORTS);
  if (!schemes.includes(protocol.slice(0, -1))) {
    return `has a scheme other than ${schemes.join(", ")}`;
  }
  // The host of a SOCKS URL is not checked by the parser of URLs.
  if (!/^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(hostname)) return "has no valid host";
  if (pathname.length > 1 || search || hash) return "has a path, a query or a fragment";
  return undefined;
}
