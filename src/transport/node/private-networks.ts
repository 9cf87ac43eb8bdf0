import { BlockList, isIP } from "node:net";
import { domainToASCII } from "node:url";
import { invalid, isObject, pickKnown, quote } from "../../errors/validation.js";
import { WsError } from "../../errors/ws-error.js";
import { maskUrl } from "../../protocol/url.js";

/**
 * The blocks that are not the public internet's, by what they are: the special-purpose addresses of IANA's
 * registries (RFC 6890), multicast, and what clouds serve to their machines. The first that fits names an
 * address. Of IPv6 all that `PUBLIC` leaves out is refused as well.
 */
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  "cloud metadata": [
    "169.254.169.254/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
    // Azure's, alone among addresses that are otherwise public.
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
  // They hold an IPv4 address that a relay or a translator of the local network would dial for us.
  Teredo: ["2001::/32"],
  "6to4": ["192.88.99.0/24", "2002::/16"],
  "local NAT64": ["64:ff9b:1::/48"],
  "IPv4-compatible": ["::/96"],
  discard: ["100::/64"],
  "protocol assignments": ["192.0.0.0/24", "2001::/23"],
  reserved: ["240.0.0.0/4"],
};

/** IPv4-mapped addresses (RFC 4291 section 2.5.5.2): the same IPv4 address, in IPv6's sockets. */
const MAPPED = "::ffff:";

/**
 * NAT64 (RFC 6052): how hosts without IPv4 reach all of its public addresses, so that refusing it would
 * refuse the internet to them. It is judged by the IPv4 address that it holds.
 */
const NAT64 = "64:ff9b::";

/** What may be public: IPv4, the one block of IPv6 that is assigned, and IPv4 in IPv6's clothes. */
const PUBLIC: readonly string[] = ["0.0.0.0/0", "2000::/3", "::ffff:0:0/96", "64:ff9b::/96"];

/** Names that mean this machine (RFC 6761 section 6.3). */
const LOCALHOST = /(^|\.)localhost\.*$/;

/** A set of addresses, by their blocks. */
class Blocks {
  // One list a family: not all versions of Node agree on what a list of both makes of IPv4 in IPv6.
  readonly #lists = { 4: new BlockList(), 6: new BlockList() };

  /** IPv4 blocks are also added as they look in IPv6 behind these prefixes of 96 bits. */
  constructor(blocks: readonly string[], ...prefixes: readonly string[]) {
    for (const block of blocks) {
      const [network = "", bits] = block.split("/");
      if (isIP(network) === 6) this.#lists[6].addSubnet(network, Number(bits), "ipv6");
      else {
        this.#lists[4].addSubnet(network, Number(bits), "ipv4");
        for (const prefix of prefixes) {
          this.#lists[6].addSubnet(prefix + network, 96 + Number(bits), "ipv6");
        }
      }
    }
  }

  has(address: string): boolean {
    return isIP(address) === 6
      ? this.#lists[6].check(address, "ipv6")
      : this.#lists[4].check(address, "ipv4");
  }
}

/** Knows which hosts and addresses are private, and which of them are allowed all the same. */
export class NetworkGuard {
  readonly #blocks = Object.entries(BLOCKS).map(
    ([name, blocks]) => [name, new Blocks(blocks, MAPPED, NAT64)] as const,
  );
  readonly #public = new Blocks(PUBLIC);
  readonly #names: ReadonlySet<string>;
  readonly #allowed: Blocks;

  /** Of names and of blocks. */
  constructor(allow: readonly string[] = []) {
    this.#names = new Set(allow);
    // Not behind the prefix of NAT64: what is private there is another network's.
    this.#allowed = new Blocks(
      allow.filter((entry) => entry.includes("/")),
      MAPPED,
    );
  }

  /**
   * What is wrong with dialling the host of a URL, if anything: as far as it can be told by the host
   * itself, or by an address that it has led to.
   */
  problem(
    hostname: string,
    address: string = hostname.replace(/^\[|\]$/g, ""),
  ): string | undefined {
    if (this.#names.has(withoutDot(hostname))) return undefined;
    const block = this.#blockOf(LOCALHOST.test(address) ? "127.0.0.1" : address);
    return block && `${address} is a private address (${block})`;
  }

  /** Why an address is refused, if it is one and is. */
  #blockOf(zoned: string): string | undefined {
    // A zone is no part of the address (RFC 4007 section 11). Node knows that, Deno does not.
    const address = zoned.replace(/%.*/, "");
    if (!isIP(address) || this.#allowed.has(address)) return undefined;
    const [name] = this.#blocks.find(([, blocks]) => blocks.has(address)) ?? [];
    return name ?? (this.#public.has(address) ? undefined : "reserved");
  }
}

/** Reads option `denyPrivateNetworks` of `createContext`; `undefined`: it is off. */
export function parseGuard(value: unknown, name: string): NetworkGuard | undefined {
  if (value === false) return undefined;
  if (value === true) return new NetworkGuard();
  if (!isObject(value)) throw invalid(name, "true, false or { allow }", value);
  const { allow = [] } = pickKnown(name, value, ["allow"]);
  if (!Array.isArray(allow)) throw invalid(`${name}.allow`, "an array", allow);
  return new NetworkGuard(
    // Not `map`, which would pass over holes.
    Array.from(allow, (entry: unknown, index) => {
      const parsed = typeof entry === "string" && (parseBlock(entry) ?? parseName(entry));
      if (parsed) return parsed;
      const wanted = "a host name, an IP address or a CIDR block";
      const problem = `must be ${wanted}, not ${quote(maskUrl(entry))}`;
      throw new WsError("INVALID_OPTION", `${name}.allow[${index}] ${problem}`);
    }),
  );
}

/** An address or a CIDR block, as a block. */
function parseBlock(entry: string): string | undefined {
  const [, network = "", bits] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  const most = { 4: 32, 6: 128 }[isIP(network)] ?? -1;
  const length = Number(bits ?? most);
  return length >= 0 && length <= most ? `${network}/${length}` : undefined;
}

/** A host name, as a URL has it. */
function parseName(entry: string): string | undefined {
  // What else a URL's host may hold would be a slip here: a port, a wildcard, a list.
  const isName = /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u.test(entry);
  const host = isName ? domainToASCII(entry) : "";
  // A spelling of an IPv4 address that is none of an IP address: "127.1".
  return isIP(host) ? undefined : withoutDot(host);
}

/** A name without the dot of the root. */
function withoutDot(host: string): string {
  return host.replace(/\.$/, "");
}
