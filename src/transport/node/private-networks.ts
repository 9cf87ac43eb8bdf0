import { isIP } from "node:net";
import { invalid, isObject, pickKnown, quote } from "../../errors/validation.js";
import { WsError } from "../../errors/ws-error.js";
import { maskUrl } from "../../protocol/url.js";
import { AddressSet, MAPPED_PREFIX, parseBlock } from "./address-set.js";
import { parseName, withoutDot } from "./host-name.js";

/**
 * The blocks outside the public internet, by name: the special-purpose addresses of IANA's registries (RFC
 * 6890), multicast, and the metadata services of clouds. The first match names an address. IPv6 addresses
 * outside `PUBLIC_BLOCKS` are denied as well.
 */
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  "cloud metadata": [
    "169.254.169.254/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
    // Azure's, a single address in a public block.
    "168.63.129.16/32",
  ],
  unspecified: ["0.0.0.0/8", "::/128"],
  loopback: ["127.0.0.0/8", "::1/128"],
  "private use": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "unique local": ["fc00::/7"],
  "link local": ["169.254.0.0/16", "fe80::/10"],
  "site local": ["fec0::/10"],
  "carrier-grade NAT": ["100.64.0.0/10"],
  multicast: ["224.0.0.0/4", "ff00::/8"],
  documentation: [
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2001:db8::/32",
    "3fff::/20",
  ],
  benchmarking: ["198.18.0.0/15", "2001:2::/48"],
  ORCHID: ["2001:10::/28", "2001:20::/28"],
  // These contain an IPv4 address that a relay or translator of the local network would connect to.
  Teredo: ["2001::/32"],
  "6to4": ["192.88.99.0/24", "2002::/16"],
  "local NAT64": ["64:ff9b:1::/48"],
  "IPv4-compatible": ["::/96"],
  discard: ["100::/64"],
  "protocol assignments": ["192.0.0.0/24", "2001::/23"],
  reserved: ["240.0.0.0/4"],
};

/**
 * The prefix of NAT64 (RFC 6052), by which hosts without IPv4 reach public IPv4 addresses. Denying it would
 * cut such hosts off, so the IPv4 address in it is checked instead.
 */
const NAT64_PREFIX = "64:ff9b::";

/** The blocks that may be public: IPv4, the assigned block of IPv6, IPv4-mapped and NAT64 addresses. */
const PUBLIC_BLOCKS: readonly string[] = ["0.0.0.0/0", "2000::/3", "::ffff:0:0/96", "64:ff9b::/96"];

/** Names of the local machine (RFC 6761 section 6.3). */
const LOCALHOST_NAME = /(^|\.)localhost\.*$/;

/** Denies private hosts and addresses, except those that are allowed explicitly. */
export class NetworkGuard {
  readonly #blocks = Object.entries(BLOCKS).map(
    ([name, blocks]) => [name, new AddressSet(blocks, MAPPED_PREFIX, NAT64_PREFIX)] as const,
  );
  readonly #public = new AddressSet(PUBLIC_BLOCKS);
  readonly #names: ReadonlySet<string>;
  readonly #allowed: AddressSet;

  /** @param allow - Host names and CIDR blocks that are not denied. */
  constructor(allow: readonly string[] = []) {
    this.#names = new Set(allow);
    // Without the NAT64 prefix: a private address there belongs to another network.
    this.#allowed = new AddressSet(
      allow.filter((entry) => entry.includes("/")),
      MAPPED_PREFIX,
    );
  }

  /**
   * Returns the reason why the host of a URL must not be dialled, if there is one: because of `address`, if it
   * is an address that the name was resolved to, or because of the host itself.
   */
  problem(
    hostname: string,
    address: string = hostname.replace(/^\[|\]$/g, ""),
  ): string | undefined {
    if (this.#names.has(withoutDot(hostname))) return undefined;
    const block = this.#blockOf(LOCALHOST_NAME.test(address) ? "127.0.0.1" : address);
    return block && `${address} is a private address (${block})`;
  }

  /** Returns the name of the block that denies an address; `undefined` if it is allowed or not an address. */
  #blockOf(addressWithZone: string): string | undefined {
    // A zone is not part of the address (RFC 4007 section 11). Node ignores it, Deno does not.
    const address = addressWithZone.replace(/%.*/, "");
    if (!isIP(address) || this.#allowed.has(address)) return undefined;
    const [name] = this.#blocks.find(([, blocks]) => blocks.has(address)) ?? [];
    return name ?? (this.#public.has(address) ? undefined : "reserved");
  }
}

/** Parses option `denyPrivateNetworks` of `createContext`. Returns `undefined` if it is off. */
export function parseGuard(value: unknown, name: string): NetworkGuard | undefined {
  if (value === false) return undefined;
  if (value === true) return new NetworkGuard();
  if (!isObject(value)) throw invalid(name, "true, false or { allow }", value);
  const { allow = [] } = pickKnown(name, value, ["allow"]);
  if (!Array.isArray(allow)) throw invalid(`${name}.allow`, "an array", allow);
  return new NetworkGuard(
    // `Array.from` also visits holes, which `map` skips.
    Array.from(allow, (entry: unknown, index) => {
      const parsed = typeof entry === "string" && (parseBlock(entry) ?? parseName(entry));
      if (parsed) return parsed;
      const expected = "a host name, an IP address or a CIDR block";
      const problem = `must be ${expected}, not ${quote(maskUrl(entry))}`;
      throw new WsError("INVALID_OPTION", `${name}.allow[${index}] ${problem}`);
    }),
  );
}
