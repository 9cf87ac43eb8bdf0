/** Handles the credentials of a URL. */
import { Buffer } from "node:buffer";
import { unescape } from "node:querystring";
import type { DialOptions } from "../../protocol/dial.js";

/** The credentials of a URL, percent-encoded. */
interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Copies a URL without its credentials, which `ws` would also send: not all versions of it decode them. */
export function withoutCredentials(url: URL): URL {
  const copy = new URL(url);
  copy.username = copy.password = "";
  return copy;
}

/** Makes a Basic `Authorization` header from credentials (RFC 7617), unless `headers` contains that header. */
export function authorization(
  url: URL,
  headers: DialOptions["headers"],
): { readonly Authorization?: string } {
  const isGiven = hasHeader(headers, "authorization");
  if (isGiven || !(url.username || url.password)) return {};
  return { Authorization: basicAuth(url) };
}

/** Encodes percent-encoded credentials for the scheme Basic, in UTF-8. */
export function basicAuth({ username, password }: Credentials): string {
  const credentials = Buffer.from(`${unescape(username)}:${unescape(password)}`);
  return `Basic ${credentials.toString("base64")}`;
}

/** True if there is a header of this name, which is in lower case. */
export function hasHeader(headers: object, lowerName: string): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === lowerName);
}
