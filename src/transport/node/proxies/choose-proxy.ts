import type { DialOptions } from "../../../protocol/dial.js";
import { displayUrl } from "../../../protocol/url.js";
import { proxyFromEnvironment } from "./environment.js";
import { usesEnvironmentByDefault } from "./node-default.js";
import { toProxy } from "./proxy.js";
import type { Proxy } from "./proxy.js";

/** Returns the proxy to dial a URL through, if there is one. Throws `INVALID_OPTION` for an invalid variable. */
export function chooseProxy(url: URL, { node, webSocket }: DialOptions): Proxy | undefined {
  // These open the connection themselves, as does the URL of a Unix socket.
  const opensItself = webSocket ?? node.agent ?? node.tls?.socket;
  if (opensItself || url.protocol.endsWith("+unix:")) return undefined;
  const { proxy = usesEnvironmentByDefault() && "env" } = node;
  if (proxy === false) return undefined;
  // A copy distinguishes upper and lower case even on Windows.
  if (proxy === "env") return proxyFromEnvironment(url, { ...process.env });
  const given = typeof proxy === "string" ? { url: proxy } : proxy;
  return toProxy(given.url, `dial ${displayUrl(url)}: option node.proxy`, given as Partial<Proxy>);
}
