import { isIP } from "node:net";
import { domainToASCII } from "node:url";

/** Parses a host name. Returns it as URLs spell it; `""` or `undefined` if it is not one. */
export function parseName(entry: string): string | undefined {
  // Stricter than the host of a URL, because a port, a wildcard or a list would be a mistake here.
  const isName = /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u.test(entry);
  const host = isName ? domainToASCII(entry) : "";
  // `domainToASCII` turns a short form such as "127.1" into an IPv4 address, which is not a name.
  return isIP(host) ? undefined : withoutDot(host);
}

/** Removes the trailing dot of a fully qualified name. */
export function withoutDot(host: string): string {
  return host.replace(/\.$/, "");
}
