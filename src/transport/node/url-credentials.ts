/** Handles the credentials of a URL. */
import { Buffer } from "node:buffer";
import { unescape } from "node:querystring";
import type { DialOptions } from "../../protocol/dial.js";

/** Copies a URL without its credentials, which `ws` would also send: not all versions of it decode them. */
export function withoutCredentials(url: URL): URL {
  const copy = new URL(url);
  copy.username = copy.password = "";
  return copy;
}

/** Makes a Basic `Authorization` header from credentials (RFC 7617), unless `headers` contains that header. */
export function authorization(
  { username, password }: URL,
  headers: DialOptions["headers"],
): { readonly Authorization?: string } {
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  if (isGiven || !(username || password)) return {};
  const credentials = Buffer.from(`${unescape(username)}:${unescape(password)}`);
  return { Authorization: `Basic ${credentials.toString("base64")}` };
}
