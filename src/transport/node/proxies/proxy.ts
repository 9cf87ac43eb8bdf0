import type { DialOptions } from "../../../protocol/dial.js";
import { parseProxyUrl } from "../../../protocol/proxy-url.js";
import type { ProxyUrl } from "../../../protocol/proxy-url.js";

/** A proxy to dial through. */
export interface Proxy extends ProxyUrl {
  /** The proxy as errors show it: without credentials. */
  readonly label: string;
  /** Headers for the proxy only. */
  readonly headers: DialOptions["headers"];
  /** TLS options for the connection to the proxy only. */
  readonly tls: Readonly<Record<string, unknown>>;
}

/**
 * Makes a proxy from its URL. `name` begins the message of the error for an invalid URL. Throws `INVALID_OPTION`.
 */
export function toProxy(
  url: string,
  name: string,
  { headers = {}, tls = {} }: Partial<Pick<Proxy, "headers" | "tls">> = {},
): Proxy {
  const parsed = parseProxyUrl(url, name);
  const { scheme, host, port } = parsed;
  const label = `proxy ${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { ...parsed, label, headers, tls };
}

/** True if the proxy uses the SOCKS protocol. */
export function isSocks({ scheme }: Proxy): boolean {
  return scheme.startsWith("socks");
}
