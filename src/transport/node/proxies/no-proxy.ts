/** The rules of the environment variable `no_proxy`. */
import { isIP } from "node:net";
import { AddressSet, MAPPED_PREFIX, parseBlock } from "../address-set.js";
import { parseName, withoutDot } from "../host-name.js";

/** An entry: an IPv6 address or block in brackets, or anything without a colon; then optionally a port. */
const ENTRY_WITH_PORT = /^(?:\[([^\]]*)\](\/\d+)?|([^:]*))(?::(\d+))?$/;

/**
 * Returns true if an entry of `no_proxy` matches. Entries are separated by commas or white space. Each may end in a
 * `:port`. An invalid entry matches nothing.
 *
 * @param list - The value of the variable.
 * @param host - A host name in lower case, or an IP address without brackets.
 */
export function isExempt(list: string, host: string, port: number): boolean {
  return list.split(/[\s,]+/).some((entry) => matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  // An IPv6 address without brackets does not match the pattern, so it cannot have a port.
  const [, network, bits = "", other, onlyPort] = ENTRY_WITH_PORT.exec(entry) ?? [];
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
  const name = network === undefined ? (other ?? entry) : network + bits;
  if (name === "*") return true;
  if (!isIP(host)) return matchesName(name, host);
  const block = parseBlock(name);
  return block !== undefined && new AddressSet([block], MAPPED_PREFIX).has(host);
}

/** Returns true if the host is the named domain or below it. `.example.com` and `*.example.com` match both, too. */
function matchesName(name: string, host: string): boolean {
  const domain = parseName(name.replace(/^\*?\.+/, "")) ?? "";
  return domain !== "" && `.${withoutDot(host)}`.endsWith(`.${domain}`);
}
