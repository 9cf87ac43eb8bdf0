import { invalid, isObject, pickKnown } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { parseProxyUrl } from "../protocol/proxy-url.js";
import type { NodeOptions } from "../protocol/node-options.js";
import { parseHeaders } from "./headers.js";
import type { Parser } from "./parser.js";
import { parseTls } from "./tls-option.js";

/** Validates and copies option `node.proxy`. A URL becomes an object. */
export const parseProxy: Parser = (value, name) => {
  if (value === false || value === "env") return value;
  if (typeof value === "string") return Object.freeze({ url: checkUrl(value, name) });
  if (!isObject(value)) throw invalid(name, 'a URL, { url, headers, tls }, "env" or false', value);
  const { url, headers, tls } = pickKnown(name, value, ["url", "headers", "tls"]);
  const { scheme } = parseProxyUrl(url, `${name}.url`);
  if (headers !== undefined && scheme.startsWith("socks")) {
    throw new WsError("INVALID_OPTION", `${name}.headers needs an http: or https: URL`);
  }
  if (tls !== undefined && scheme !== "https") {
    throw new WsError("INVALID_OPTION", `${name}.tls needs an https: URL`);
  }
  return Object.freeze({
    url,
    ...(headers !== undefined && { headers: parseHeaders(headers, `${name}.headers`) }),
    ...(tls !== undefined && { tls: parseTls(tls, `${name}.tls`) }),
  });
};

function checkUrl(url: string, name: string): string {
  parseProxyUrl(url, name);
  return url;
}

/** Throws if a proxy is given together with an option that opens the connection itself. */
export function checkProxy({ proxy, agent, tls }: NodeOptions): void {
  if (proxy === undefined) return;
  const other = agent ? "agent" : tls?.socket ? "tls.socket" : undefined;
  if (other === undefined) return;
  throw new WsError(
    "INVALID_OPTION",
    `connect: options node.proxy and node.${other} exclude each other, because both open the connection: omit one`,
  );
}
