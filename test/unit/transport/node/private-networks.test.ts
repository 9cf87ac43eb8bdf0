import { describe, expect, test } from "vitest";
import { quote } from "../../../../src/errors/validation.js";
import { NetworkGuard, parseGuard } from "../../../../src/transport/node/private-networks.js";
import { maskUrl } from "../../../../src/protocol/url.js";
import { failure } from "../../../helpers/failure.js";
import { PRIVATE_HOSTS } from "../../../helpers/private-networks.js";

/** Block name of an address that is in no private block. */
const PUBLIC = "public";

/** Returns the name of the block because of which an address is refused. */
function blockOf(address: string, guard = new NetworkGuard()): string {
  const problem = guard.problem("host.test", address);
  if (problem === undefined) return PUBLIC;
  const [, shown, block] = /^(\S+) is a private address \((.+)\)$/.exec(problem) ?? [];
  expect(shown).toBe(address);
  return block ?? problem;
}

/** Ordered addresses with their blocks: the last below a block, its first and last, the first above. */
type Edges = readonly (readonly [address: string, block: string])[];

const IPV4: Readonly<Record<string, Edges>> = {
  "0.0.0.0/8": [
    ["0.0.0.0", "unspecified"],
    ["0.255.255.255", "unspecified"],
    ["1.0.0.0", PUBLIC],
  ],
  "10.0.0.0/8": [
    ["9.255.255.255", PUBLIC],
    ["10.0.0.0", "private use"],
    ["10.255.255.255", "private use"],
    ["11.0.0.0", PUBLIC],
  ],
  "100.64.0.0/10": [
    ["100.63.255.255", PUBLIC],
    ["100.64.0.0", "carrier-grade NAT"],
    ["100.127.255.255", "carrier-grade NAT"],
    ["100.128.0.0", PUBLIC],
  ],
  "100.100.100.200/32": [
    ["100.100.100.199", "carrier-grade NAT"],
    ["100.100.100.200", "cloud metadata"],
    ["100.100.100.201", "carrier-grade NAT"],
  ],
  "127.0.0.0/8": [
    ["126.255.255.255", PUBLIC],
    ["127.0.0.0", "loopback"],
    ["127.255.255.255", "loopback"],
    ["128.0.0.0", PUBLIC],
  ],
  "168.63.129.16/32": [
    ["168.63.129.15", PUBLIC],
    ["168.63.129.16", "cloud metadata"],
    ["168.63.129.17", PUBLIC],
  ],
  "169.254.0.0/16": [
    ["169.253.255.255", PUBLIC],
    ["169.254.0.0", "link local"],
    ["169.254.169.253", "link local"],
    ["169.254.169.254", "cloud metadata"],
    ["169.254.169.255", "link local"],
    ["169.254.255.255", "link local"],
    ["169.255.0.0", PUBLIC],
  ],
  "172.16.0.0/12": [
    ["172.15.255.255", PUBLIC],
    ["172.16.0.0", "private use"],
    ["172.31.255.255", "private use"],
    ["172.32.0.0", PUBLIC],
  ],
  "192.0.0.0/24": [
    ["191.255.255.255", PUBLIC],
    ["192.0.0.0", "protocol assignments"],
    ["192.0.0.191", "protocol assignments"],
    ["192.0.0.192", "cloud metadata"],
    ["192.0.0.193", "protocol assignments"],
    ["192.0.0.255", "protocol assignments"],
    ["192.0.1.0", PUBLIC],
  ],
  "192.0.2.0/24": [
    ["192.0.1.255", PUBLIC],
    ["192.0.2.0", "documentation"],
    ["192.0.2.255", "documentation"],
    ["192.0.3.0", PUBLIC],
  ],
  "192.88.99.0/24": [
    ["192.88.98.255", PUBLIC],
    ["192.88.99.0", "6to4"],
    ["192.88.99.255", "6to4"],
    ["192.88.100.0", PUBLIC],
  ],
  "192.168.0.0/16": [
    ["192.167.255.255", PUBLIC],
    ["192.168.0.0", "private use"],
    ["192.168.255.255", "private use"],
    ["192.169.0.0", PUBLIC],
  ],
  "198.18.0.0/15": [
    ["198.17.255.255", PUBLIC],
    ["198.18.0.0", "benchmarking"],
    ["198.19.255.255", "benchmarking"],
    ["198.20.0.0", PUBLIC],
  ],
  "198.51.100.0/24": [
    ["198.51.99.255", PUBLIC],
    ["198.51.100.0", "documentation"],
    ["198.51.100.255", "documentation"],
    ["198.51.101.0", PUBLIC],
  ],
  "203.0.113.0/24": [
    ["203.0.112.255", PUBLIC],
    ["203.0.113.0", "documentation"],
    ["203.0.113.255", "documentation"],
    ["203.0.114.0", PUBLIC],
  ],
  "224.0.0.0/4 and 240.0.0.0/4": [
    ["223.255.255.255", PUBLIC],
    ["224.0.0.0", "multicast"],
    ["239.255.255.255", "multicast"],
    ["240.0.0.0", "reserved"],
    ["255.255.255.255", "reserved"],
  ],
};

/** Completes an address with groups of ones: the last address of a block. */
const ones = (start: string): string =>
  start + ":ffff".repeat(8 - start.split(":").filter((group) => group !== "").length);

const IPV6: Readonly<Record<string, Edges>> = {
  "::/96": [
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::2", "IPv4-compatible"],
    ["::127.0.0.1", "IPv4-compatible"],
    ["::8.8.8.8", "IPv4-compatible"],
    ["::ffff:ffff", "IPv4-compatible"],
    ["::1:0:0", "reserved"],
  ],
  "::ffff:0:0/96": [
    ["::fffe:ffff:ffff", "reserved"],
    ["::ffff:0:0", "unspecified"],
    ["::ffff:ffff:ffff", "reserved"],
    ["::1:0:0:0", "reserved"],
    ["::ffff:0:127.0.0.1", "reserved"],
  ],
  "64:ff9b::/96": [
    [ones("64:ff9a"), "reserved"],
    ["64:ff9b::", "unspecified"],
    ["64:ff9b::ffff:ffff", "reserved"],
    ["64:ff9b::1:0:0", "reserved"],
    ["64:ff9b::1:808:808", "reserved"],
  ],
  "64:ff9b:1::/48": [
    [ones("64:ff9b:0"), "reserved"],
    ["64:ff9b:1::", "local NAT64"],
    ["64:ff9b:1::8.8.8.8", "local NAT64"],
    [ones("64:ff9b:1"), "local NAT64"],
    ["64:ff9b:2::", "reserved"],
  ],
  "100::/64": [
    [ones("ff"), "reserved"],
    ["100::", "discard"],
    ["100::ffff:ffff:ffff:ffff", "discard"],
    ["100:0:0:1::", "reserved"],
  ],
  "2000::/3": [
    [ones("1fff"), "reserved"],
    ["2000::", PUBLIC],
    [ones("3fff"), PUBLIC],
    ["4000::", "reserved"],
  ],
  "2001::/23": [
    [ones("2000"), PUBLIC],
    ["2001::", "Teredo"],
    [ones("2001:0"), "Teredo"],
    ["2001:1::", "protocol assignments"],
    [ones("2001:1"), "protocol assignments"],
    ["2001:2::", "benchmarking"],
    [ones("2001:2:0"), "benchmarking"],
    ["2001:2:1::", "protocol assignments"],
    [ones("2001:f"), "protocol assignments"],
    ["2001:10::", "ORCHID"],
    [ones("2001:1f"), "ORCHID"],
    ["2001:20::", "ORCHID"],
    [ones("2001:2f"), "ORCHID"],
    ["2001:30::", "protocol assignments"],
    [ones("2001:1ff"), "protocol assignments"],
    ["2001:200::", PUBLIC],
  ],
  "2001:db8::/32": [
    [ones("2001:db7"), PUBLIC],
    ["2001:db8::", "documentation"],
    [ones("2001:db8"), "documentation"],
    ["2001:db9::", PUBLIC],
  ],
  "2002::/16": [
    [ones("2001"), PUBLIC],
    ["2002::", "6to4"],
    ["2002:808:808::", "6to4"],
    [ones("2002"), "6to4"],
    ["2003::", PUBLIC],
  ],
  "3fff::/20": [
    [ones("3ffe"), PUBLIC],
    ["3fff::", "documentation"],
    [ones("3fff:fff"), "documentation"],
    ["3fff:1000::", PUBLIC],
  ],
  "fc00::/7": [
    [ones("fbff"), "reserved"],
    ["fc00::", "unique local"],
    ["fd00:ec2::253", "unique local"],
    ["fd00:ec2::254", "cloud metadata"],
    ["fd00:ec2::255", "unique local"],
    ["fd20:ce::253", "unique local"],
    ["fd20:ce::254", "cloud metadata"],
    ["fd20:ce::255", "unique local"],
    [ones("fdff"), "unique local"],
    ["fe00::", "reserved"],
  ],
  "fe80::/10 and fec0::/10": [
    [ones("fe7f"), "reserved"],
    ["fe80::", "link local"],
    [ones("febf"), "link local"],
    ["fec0::", "site local"],
    [ones("feff"), "site local"],
    ["ff00::", "multicast"],
    [ones("ffff"), "multicast"],
  ],
};

/** Returns an IPv4 address as the last two groups of an IPv6 address. */
const inHex = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

describe("an address is assigned to its block", () => {
  test.each(Object.entries({ ...IPV4, ...IPV6 }))("at the edges of %s", (_, edges) => {
    expect(edges.map(([address]) => [address, blockOf(address)])).toEqual(edges);
  });

  test.each(Object.entries(IPV4))("at the edges of %s, mapped to IPv6", (_, edges) => {
    for (const [address, block] of edges) {
      for (const prefix of ["::ffff:", "0:0:0:0:0:FFFF:", "64:ff9b::", "0064:ff9b:0:0:0:0:"]) {
        expect([address, prefix, blockOf(prefix + address)]).toEqual([address, prefix, block]);
        expect(blockOf(prefix + inHex(address))).toBe(block);
      }
    }
  });

  test("whatever its zone", () => {
    expect(blockOf("fe80::1%eth0")).toBe("link local");
    expect(blockOf("::1%lo")).toBe("loopback");
    expect(blockOf("2a00::1%1")).toBe(PUBLIC);
  });
});

describe("the host of a URL", () => {
  const hostProblem = (url: string, guard = new NetworkGuard()): string | undefined =>
    guard.problem(new URL(url).hostname);

  test.each(PRIVATE_HOSTS)("is private as %s", (host, block) => {
    for (const scheme of ["ws", "wss"]) {
      const problem = hostProblem(`${scheme}://${host}/`);
      expect(problem).toMatch(/^\S+ is a private address \(/);
      expect(problem).toContain(`(${block})`);
      expect(problem).not.toContain("secret");
    }
  });

  test.each([
    "8.8.8.8",
    "0x08080808",
    "[2a00:1450:4001::1]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::808:808]",
    "host.test",
    "localhost.test",
    "notlocalhost",
    "127.0.0.1.test",
  ])("is public as %s", (host) => {
    expect(hostProblem(`ws://${host}/`)).toBeUndefined();
  });

  test.each(["[::1%25lo]", "[fe80::1%eth0]", "127.0.0.256", "1.2.3.4.5", "[::ffff:127.1]"])(
    "is rejected by URL as %s",
    (host) => {
      expect(() => new URL(`ws://${host}/`)).toThrow();
    },
  );

  test("is normalised by URL, also in an address that a lookup returns", () => {
    const guard = new NetworkGuard();
    expect(guard.problem("host.test", "localhost")).toContain("loopback");
    expect(guard.problem("host.test", "no address")).toBeUndefined();
  });
});

describe("denyPrivateNetworks", () => {
  const NAME = "createContext: option denyPrivateNetworks";
  const allowing = (...allow: unknown[]): NetworkGuard =>
    parseGuard({ allow }, NAME) as NetworkGuard;

  test("is off, on, or on with exceptions", () => {
    expect(parseGuard(false, NAME)).toBeUndefined();
    for (const value of [true, { allow: [] }, {}, { allow: undefined }]) {
      expect(blockOf("10.0.0.1", parseGuard(value, NAME))).toBe("private use");
    }
  });

  test.each([
    ["localhost", ["localhost", "localhost."], ["a.localhost", "localhost.test", "127.0.0.1"]],
    [
      "DB.Internal.",
      ["db.internal", "db.internal."],
      ["internal", "x.db.internal", "db.internal.."],
    ],
    ["bücher.example", ["xn--bcher-kva.example"], ["bcher.example"]],
    ["my_db", ["my_db"], ["mydb"]],
  ])(
    "allows the name %s to resolve to any address, and no other name",
    (entry, allowed, others) => {
      const guard = allowing(entry);
      const ends = (host: string) =>
        ["10.0.0.1", "::1", "8.8.8.8"].map((address) => guard.problem(host, address) === undefined);
      for (const host of allowed) {
        expect(guard.problem(host)).toBeUndefined();
        expect([host, ...ends(host)]).toEqual([host, true, true, true]);
      }
      for (const host of others) expect([host, ...ends(host)]).toEqual([host, false, false, true]);
    },
  );

  test.each([
    ["10.0.0.5", ["10.0.0.5", "::ffff:10.0.0.5", "::ffff:a00:5"], ["10.0.0.4", "10.0.0.6"]],
    ["10.0.0.5", [], ["64:ff9b::10.0.0.5", "::10.0.0.5", "64:ff9b:1::10.0.0.5"]],
    ["10.1.0.0/16", ["10.1.0.0", "10.1.255.255"], ["10.0.255.255", "10.2.0.0"]],
    ["10.1.2.3/16", ["10.1.0.0", "10.1.255.255"], ["10.0.255.255", "10.2.0.0"]],
    ["0.0.0.0/0", ["10.0.0.1", "::ffff:10.0.0.1", "255.255.255.255"], ["::1", "fd00::1"]],
    ["::/0", ["::1", "fd00::1", "64:ff9b::10.0.0.1"], ["10.0.0.1", "0.0.0.0"]],
    ["FD12:3456::/32", ["fd12:3456::", "fd12:3456::1%eth0"], ["fd12:3457::", "fd12:3455:ffff::"]],
    ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::", "127.0.0.1", "::ffff:127.0.0.1"]],
    ["::ffff:10.0.0.0/104", ["::ffff:10.0.0.1", "::ffff:a00:1"], ["10.0.0.1", "::ffff:127.0.0.1"]],
    ["64:ff9b::10.0.0.0/104", ["64:ff9b::10.0.0.1"], ["10.0.0.1", "64:ff9b::127.0.0.1"]],
  ])("allows the addresses of %s", (entry, allowed, others) => {
    const guard = allowing("other.test", entry);
    for (const address of allowed)
      expect([address, blockOf(address, guard)]).toEqual([address, PUBLIC]);
    for (const address of others) {
      expect([address, blockOf(address, guard)]).not.toEqual([address, PUBLIC]);
    }
  });

  test("treats localhost as 127.0.0.1 before the lookup", () => {
    expect(allowing("127.0.0.0/8").problem("localhost")).toBeUndefined();
    expect(allowing("::1").problem("localhost")).toContain("loopback");
  });

  test.each<[unknown, string]>([
    ["yes", "must be true, false or { allow }, not "],
    [null, "must be true, false or { allow }, not "],
    [1, "must be true, false or { allow }, not "],
    [["10.0.0.0/8"], "must be true, false or { allow }, not "],
    [{ Allow: [] }, "did you mean allow?"],
    [{ deny: [] }, '"deny"'],
    [{ allow: "10.0.0.0/8" }, "allow must be an array, not a string of length 10"],
    [{ allow: new Set(["a"]) }, "allow must be an array"],
    [{ allow: null }, "allow must be an array, not null"],
  ])("rejects %o", async (value, text) => {
    const error = await failure(() => parseGuard(value, NAME));
    expect(error).toMatchObject({ code: "INVALID_OPTION" });
    expect(error.message).toContain(NAME);
    expect(error.message).toContain(text);
  });

  test.each<unknown>([
    "",
    " ",
    ".",
    "a..test",
    ".test",
    "*",
    "*.internal",
    "a b",
    "a,b",
    "host:80",
    "host/",
    "host/24",
    "ws://host",
    "me@host",
    "host?x",
    "host#x",
    "ho\nst",
    "ho%73t",
    "xn--",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
    "10.0.0.256",
    "10.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10/8",
    "/8",
    "::/129",
    ":::",
    "[::1]",
    "[::1]/128",
    "fe80::1%eth0",
    "fe80::%eth0/10",
    10,
    null,
    undefined,
    ["a"],
    /a/,
  ])("rejects %o in allow, and masks possible secrets in the message", async (entry) => {
    const error = await failure(() => allowing("fine.test", entry));
    expect(error).toMatchObject({ code: "INVALID_OPTION", kind: "INVALID", retryable: false });
    expect(error.message).toContain(
      `${NAME}.allow[1] must be a host name, an IP address or a CIDR`,
    );
    expect(error.message).toContain(`not ${quote(maskUrl(entry))}`);
  });

  test("rejects an empty slot in allow", async () => {
    // eslint-disable-next-line no-sparse-arrays
    const error = await failure(() => parseGuard({ allow: ["a", ,] }, NAME));
    expect(error.message).toContain("allow[1]");
  });

  test("copies the allow list", () => {
    const allow = ["10.0.0.1"];
    const guard = parseGuard({ allow }, NAME) as NetworkGuard;
    allow.push("10.0.0.2");
    expect(blockOf("10.0.0.1", guard)).toBe(PUBLIC);
    expect(blockOf("10.0.0.2", guard)).toBe("private use");
  });
});
