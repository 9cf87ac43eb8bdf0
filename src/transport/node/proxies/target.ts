import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { WsError } from "../../../errors/ws-error.js";
import { displayUrl } from "../../../protocol/url.js";
import type { Proxy } from "./proxy.js";

/** The server behind a proxy, as the proxy gets it. */
export interface Target {
  /** A host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Returns the target of a URL. If `mustResolve` is true, or the proxy's protocol resolves names on this side, the
 * target is the first address of the host. Rejects if the look-up fails, and with `INVALID_OPTION` if the proxy has no
 * IPv6 addresses and the URL has one.
 */
export async function targetOf(
  url: URL,
  { scheme }: Proxy,
  { mustResolve, lookup, family }: Resolution,
): Promise<Target> {
  const host = unbracketed(url.hostname);
  const port = portOf(url);
  const isResolvedHere = mustResolve || scheme === "socks5" || scheme === "socks4";
  // SOCKS 4 has no IPv6 addresses.
  const isVersion4 = scheme.startsWith("socks4");
  if (isVersion4 && isIP(host) === 6) {
    const text = `dial ${displayUrl(url)}: ${scheme}: has no IPv6 addresses; use socks5: or socks5h:`;
    throw new WsError("INVALID_OPTION", text);
  }
  if (isIP(host) || !isResolvedHere) return { host, port };
  const address = await firstAddress(host, isVersion4 ? 4 : family, lookup);
  return { host: address, port };
}

/** The way in which this side resolves names. */
interface Resolution {
  readonly mustResolve: boolean;
  readonly lookup: LookupFunction;
  readonly family: 0 | 4 | 6;
}

/** Looks up all addresses, so that the lookup can check each of them, and returns the first. */
function firstAddress(host: string, family: number, lookup: LookupFunction): Promise<string> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, family }, (error, addresses) => {
      if (error) reject(error);
      else {
        // `safeLookup` returns at least one.
        const [{ address }] = addresses as [LookupAddress];
        // A zone names an interface of this machine.
        resolve(address.replace(/%.*/, ""));
      }
    });
  });
}

/** Returns a target as `host:port`, as CONNECT requests write it. */
export function authorityOf({ host, port }: Target): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** Returns the port of a `ws:` or `wss:` URL. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "wss:" ? 443 : 80;
}

/** Removes the brackets of an IPv6 address in a URL. */
export function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
