/** Sets of IP addresses. */
import { BlockList, isIP } from "node:net";

/** The prefix of IPv4-mapped addresses (RFC 4291 section 2.5.5.2), by which IPv6 sockets denote IPv4. */
export const MAPPED_PREFIX = "::ffff:";

/** A set of addresses that consists of blocks. */
export class AddressSet {
  // One list per family, because versions of Node differ in how a common list treats IPv4-mapped addresses.
  readonly #lists = { 4: new BlockList(), 6: new BlockList() };

  /** @param prefixes - IPv6 prefixes of 96 bits: IPv4 blocks are also added as IPv6 blocks with each of them. */
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

/** Parses an address or a CIDR block. Returns it as a block. */
export function parseBlock(entry: string): string | undefined {
  const [, network = "", bits] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  const maxLength = { 4: 32, 6: 128 }[isIP(network)] ?? -1;
  const length = Number(bits ?? maxLength);
  return length >= 0 && length <= maxLength ? `${network}/${length}` : undefined;
}
