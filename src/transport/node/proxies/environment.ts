/** Finds the proxy that environment variables name, by the rules of curl and of Python's `urllib`. */
import { displayUrl } from "../../../protocol/url.js";
import { isExempt } from "./no-proxy.js";
import { toProxy } from "./proxy.js";
import type { Proxy } from "./proxy.js";
import { portOf, unbracketed } from "./target.js";

/** Environment variables, by their exact names. An empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the proxy for a `ws:` or `wss:` URL, if there is one. Throws `INVALID_OPTION` for an invalid value. */
export function proxyFromEnvironment(url: URL, env: Environment): Proxy | undefined {
  const name = findVariable(url.protocol, env);
  if (name === undefined) return undefined;
  const noProxy = [env.no_proxy, env.NO_PROXY].find(Boolean) ?? "";
  if (isExempt(noProxy, unbracketed(url.hostname), portOf(url))) return undefined;
  const value = env[name] ?? "";
  // As in curl, a value without a scheme names an HTTP proxy.
  const proxyUrl = value.includes("://") ? value : `http://${value}`;
  return toProxy(proxyUrl, `dial ${displayUrl(url)}: environment variable ${name}`);
}

/** Returns the name of the variable to use. The most specific one wins, then the one in lower case. */
function findVariable(protocol: string, env: Environment): string | undefined {
  const schemes = protocol === "wss:" ? ["wss", "https", "all"] : ["ws", "http", "all"];
  return schemes
    .flatMap((scheme) => [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()])
    .find((name) => env[name] && !isForgeable(name, env));
}

/**
 * Returns true if a client could have set the variable: CGI passes its header `Proxy` to a program as `HTTP_PROXY`
 * (CVE-2016-5385).
 */
function isForgeable(name: string, env: Environment): boolean {
  return name === "HTTP_PROXY" && env.REQUEST_METHOD !== undefined;
}
