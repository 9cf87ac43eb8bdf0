import { describe, expect, test, vi } from "vitest";
import { definePolicy } from "../../../src/policy/rules.js";
import type { Policy, PolicyRequest, PolicyRule } from "../../../src/policy/policy.js";
import { ms } from "../../helpers/time.js";
import { askUrl, CONNECT_URL, defineFailure, URL_RULE } from "./support.js";

/** Rows of [pattern, URLs that it matches, URLs that it does not match]. */
const MATCHES: [string, string[], string[]][] = [
  // Scheme.
  ["wss://h", ["wss://h/"], ["ws://h/", "ws://h:443/"]],
  ["ws://h", ["ws://h/"], ["wss://h/", "wss://h:80/"]],
  ["https://h", ["wss://h/"], ["ws://h/"]],
  ["http://h", ["ws://h/"], ["wss://h/"]],
  ["WSS://H", ["wss://h/"], []],
  // Host.
  ["wss://api.test", ["wss://api.test/", "wss://API.test/"], ["wss://api.test.evil.test/"]],
  [
    "wss://api.test",
    ["wss://api.test./"],
    ["wss://xapi.test/", "wss://a.api.test/", "wss://.api.test/"],
  ],
  ["wss://x.test", ["wss://x.test/"], ["wss://y.test/", "wss://a.test/"]],
  ["wss://x.", ["wss://x/"], ["wss://y/"]],
  ["wss://api.test.", ["wss://api.test/", "wss://api.test./"], ["wss://api.test../"]],
  ["wss://b\u00fccher.test", ["wss://xn--bcher-kva.test/"], ["wss://bucher.test/"]],
  ["wss://*.b\u00dccher.test", ["wss://a.xn--bcher-kva.test/"], ["wss://xn--bcher-kva.test/"]],
  [
    "wss://*.example.com",
    ["wss://a.example.com/", "wss://a.b.example.com/p?q", "wss://a.example.com./"],
    [
      "wss://example.com/",
      "wss://example.com./",
      "wss://.example.com/",
      "wss://evilexample.com/",
      "wss://a.example.com.evil.test/",
      "wss://evil.test/a.example.com",
      "wss://evil.test/?a.example.com",
      "wss://a.example.com:8443/",
    ],
  ],
  ["wss://*.Example.COM.", ["wss://a.example.com/"], ["wss://example.com/"]],
  ["wss://*", ["wss://h/", "wss://1.2.3.4/p?q", "wss://[::1]/"], ["ws://h/", "wss://h:8443/"]],
  ["ws://127.0.0.1", ["ws://127.0.0.1/", "ws://0x7f.1/", "ws://2130706433/"], ["ws://127.0.0.2/"]],
  ["ws://0x7f.1", ["ws://127.0.0.1/"], []],
  ["ws://[::1]", ["ws://[::1]/", "ws://[0:0::1]/"], ["ws://[::2]/", "ws://[::1]:81/"]],
  // IPv4-mapped addresses are equal to the IPv4 address, in any notation of either.
  [
    "ws://10.0.0.1",
    [
      "ws://10.0.0.1./",
      "ws://012.0.0.1/",
      "ws://[::ffff:10.0.0.1]/",
      "ws://[::FFFF:0a00:0001]/p",
      "ws://[0:0:0:0:0:ffff:10.0.0.1]/",
    ],
    ["ws://[::ffff:10.0.0.2]/", "ws://[::ffff:10.0.0.1]:81/", "ws://[::fffe:a00:1]/"],
  ],
  [
    "ws://[::ffff:1.2.3.4]:*",
    ["ws://[::ffff:102:304]:9/", "ws://1.2.3.4/", "ws://0x1020304:1/"],
    ["ws://1.2.3.5/", "ws://[::ffff:102:305]/", "ws://[::ffff:1:102:304]/"],
  ],
  ["ws://[::ffff:0:0]", ["ws://0.0.0.0/", "ws://0/"], ["ws://[::]/", "ws://0.0.0.1/"]],
  ["ws://0.0.0.1", ["ws://[::ffff:0:1]/"], ["ws://[::1]/"]],
  ["ws://255.255.255.255", ["ws://[::ffff:ffff:ffff]/"], ["ws://[::fffe:ffff:ffff]/"]],
  ["ws://[::]", ["ws://[::]/"], ["ws://0.0.0.0/", "ws://[::1]/"]],
  ["ws://*.test", [], ["ws://[::ffff:1.2.3.4]/"]],
  // Port.
  ["wss://h:443", ["wss://h/", "wss://h:443/"], ["wss://h:80/"]],
  ["wss://h:80", ["wss://h:80/"], ["wss://h/"]],
  ["ws://h:80", ["ws://h/"], ["ws://h:443/"]],
  ["ws://h:8080", ["ws://h:8080/p"], ["ws://h/", "ws://h:80800/".replace("00/", "1/")]],
  ["ws://h:*", ["ws://h/", "ws://h:1/", "ws://h:65535/p"], ["ws://g:1/"]],
  ["ws://*:*", ["ws://h/", "ws://[::1]:1/p"], ["wss://h/"]],
  // Path.
  ["wss://h", ["wss://h/", "wss://h/p", "wss://h/p?q", "wss://h/a%2fb"], []],
  ["wss://h/", ["wss://h", "wss://h/?q"], ["wss://h/p"]],
  [
    "wss://h/p",
    ["wss://h/p", "wss://h/p?q"],
    ["wss://h/", "wss://h/p/", "wss://h/P", "wss://h/pp"],
  ],
  [
    "wss://h/feed/*",
    ["wss://h/feed/", "wss://h/feed/a/b", "wss://h/feed/?x", "wss://h/x/../feed/a"],
    ["wss://h/feed", "wss://h/x/feed/", "wss://h/feed/../admin", "wss://h/feed/%2e%2e/admin"],
  ],
  ["wss://h/feed/*", [], ["wss://h/feed/.%2E/admin", "wss://h/feed/..\\admin"]],
  ["wss://h/*/live", ["wss://h/a/live", "wss://h/a/b/live", "wss://h//live"], ["wss://h/live"]],
  ["wss://h/a*b*c", ["wss://h/abc", "wss://h/aXbXbYc"], ["wss://h/acb", "wss://h/ab"]],
  ["wss://h/aa*aa", ["wss://h/aaaa", "wss://h/aaXaa"], ["wss://h/aaa"]],
  ["wss://h/**", ["wss://h/", "wss://h/p"], []],
  ["wss://h/x/../feed", ["wss://h/feed"], ["wss://h/x"]],
  ["wss://h/a b\u00e9", ["wss://h/a%20b%C3%A9", "wss://h/a%20b%c3%a9"], ["wss://h/a+b%C3%A9"]],
  ["wss://h/admin", ["wss://h/%61dmin", "wss://h/a%64min"], ["wss://h/%2561dmin"]],
  ["wss://h/%61dmin", ["wss://h/admin"], []],
  ["wss://h/a%2a", ["wss://h/a%2A"], ["wss://h/ab", "wss://h/a"]],
  // Query.
  ["wss://h/p?v=1", ["wss://h/p?v=1", "wss://h/p?%76=1"], ["wss://h/p", "wss://h/p?v=10"]],
  ["wss://h/p?*", ["wss://h/p", "wss://h/p?", "wss://h/p?q"], ["wss://h/q"]],
  ["wss://h/p?", ["wss://h/p", "wss://h/p?"], ["wss://h/p?v"]],
  ["wss://h/p?*v=1*", ["wss://h/p?a&v=1&b", "wss://h/p?v=1"], ["wss://h/p?a", "wss://h/q?v=1"]],
  ["wss://h?v", ["wss://h/?v"], ["wss://h/", "wss://h/p?v"]],
  ["wss://*.example.com/feed/*", [], ["wss://evil.test/?x=.example.com/feed/"]],
  ["wss://*/feed/*", [], ["wss://evil.test/x?/feed/", "wss://evil.test:1/feed/"]],
  // Unix sockets.
  [
    "ws+unix:///run/s:*",
    ["ws+unix:///run/s:/a:b?q", "ws+unix:///run/s", "ws+unix:/run/s:/a", "ws+unix:////run//s:/a"],
    ["ws+unix:///run/t:/a", "ws+unix:///run/s/t:/a", "ws://run/s"],
  ],
  ["ws+unix:///run/s", ["ws+unix:///run/s", "ws+unix:///run/s:/a"], ["ws+unix:///run/s2"]],
  ["ws+unix:///run/s:", ["ws+unix:///run/s", "ws+unix:///run/s:/"], ["ws+unix:///run/s:/a"]],
  ["ws+unix:///run/s:/", ["ws+unix:///run/s", "ws+unix:///run/s:"], ["ws+unix:///run/s:/a"]],
  ["ws+unix:/run/*:/a/*", ["ws+unix:///run/s:/a/b"], ["ws+unix:///run/s:/b", "ws+unix:///r:/a/b"]],
  ["ws+unix:///run/*:/a", [], ["ws+unix:///evil/s:/run/s:/a", "ws+unix:///run/s:/b:/a"]],
  ["ws+unix:///run/s:/a?v=1", ["ws+unix:///run/s:/a?v=1"], ["ws+unix:///run/s:/a"]],
  ["ws+unix:///run/s?v", ["ws+unix:///run/s?v"], ["ws+unix:///run/s:/a?v", "ws+unix:///run/s"]],
  ["ws+unix:*", ["ws+unix:///run/s", "ws+unix:///t:/a"], ["wss://h/"]],
  ["ws+unix://*", ["ws+unix:///run/s:/a"], ["wss://h/"]],
  ["ws+unix:///run/x/../s", ["ws+unix:///run/s"], ["ws+unix:///run/x"]],
  ["ws+unix:///run/s", ["ws+unix:///run/%73", "ws+unix:///x/../run/s"], []],
  ["wss://*:*", [], ["ws+unix:///run/s", "wss+unix:///run/s"]],
  ["ws+unix:///run/s", [], ["wss+unix:///run/s"]],
  ["wss+unix:///run/s:/a", ["wss+unix:///run/s:/a"], ["ws+unix:///run/s:/a", "wss://run/s"]],
  ["wss+unix:*", ["wss+unix:///run/s", "wss+unix:///t:/a"], ["ws+unix:///run/s"]],
];

describe.each(MATCHES)("the pattern %s", (pattern, yes, no) => {
  const allowing = () => definePolicy([{ ...URL_RULE, resources: pattern }]);
  const denying = () =>
    definePolicy([
      { ...URL_RULE, resources: ["*", "ws+unix:*", "wss+unix:*"] },
      { actions: CONNECT_URL, resources: [pattern], effect: "deny" },
    ]);
  test.each(yes)("matches %s", async (url) => {
    expect(await askUrl(allowing(), url)).toBe(true);
    expect(await askUrl(denying(), url)).toBe(false);
  });
  test.each(no)("does not match %s", async (url) => {
    expect(await askUrl(allowing(), url)).toBe(false);
    expect(await askUrl(denying(), url)).toBe(true);
  });
});

/** IPv6 addresses that a translator or a relay may map to 10.0.0.1, and neighbours of these. */
describe.each([
  ["NAT64", "[64:ff9b::a00:1]", "[64:ff9b::a00:2]"],
  ["IPv4-translated", "[::ffff:0:10.0.0.1]", "[::ffff:1:10.0.0.1]"],
  ["IPv4-compatible", "[::10.0.0.1]", "[::1:10.0.0.1]"],
  ["6to4", "[2002:a00:1::5]", "[2002:a00:2::5]"],
  ["6to4 without a zero group", "[2002:a00:1:2:3:4:5:6]", "[2003:a00:1:2:3:4:5:6]"],
])("an address in %s notation", (_, host, other) => {
  const denies = (resources: string) =>
    definePolicy([
      { ...URL_RULE, resources: "*" },
      { actions: CONNECT_URL, resources, effect: "deny" },
    ]);
  const allows = (resources: string) => definePolicy([{ ...URL_RULE, resources }]);

  test("is denied by a rule for the IPv4 address, and vice versa", async () => {
    for (const ipv4 of ["10.0.0.1", "[::ffff:a00:1]", "0xa000001"]) {
      expect(await askUrl(denies(`ws://${ipv4}`), `ws://${host}/`)).toBe(false);
      expect(await askUrl(denies(`ws://${host}`), `ws://${ipv4}/`)).toBe(false);
      expect(await askUrl(denies(`ws://${ipv4}`), `ws://${other}/`)).toBe(true);
    }
    expect(await askUrl(denies(`ws://${host}`), `ws://${host}/`)).toBe(false);
  });

  test("is allowed only by a rule for itself", async () => {
    expect(await askUrl(allows("ws://10.0.0.1"), `ws://${host}/`)).toBe(false);
    expect(await askUrl(allows(`ws://${host}`), "ws://10.0.0.1/")).toBe(false);
    expect(await askUrl(allows(`ws://${host}`), `ws://${host}/`)).toBe(true);
    expect(await askUrl(allows(`ws://${host}`), `ws://${other}/`)).toBe(false);
  });
});

test("6to4 finds an IPv4 address whose last 16 bits are zero", async () => {
  const policy = definePolicy([
    { ...URL_RULE },
    { actions: CONNECT_URL, resources: "ws://10.1.0.0", effect: "deny" },
  ]);
  expect(await askUrl(policy, "ws://[2002:a01::5]/")).toBe(false);
  expect(await askUrl(policy, "ws://[2002:a01:1::5]/")).toBe(true);
});

describe("all resources", () => {
  test.each([[undefined], ["*"], [["*"]], [["wss://other.test", "*"]]])(
    "as %j are allowed without Unix sockets, and denied with Unix sockets",
    async (resources) => {
      const rule = resources === undefined ? {} : { resources };
      const allows = definePolicy([{ ...URL_RULE, ...rule }]);
      const denies = definePolicy([
        { ...URL_RULE, resources: ["*", "ws+unix:*", "wss+unix:*"] },
        { ...rule, actions: CONNECT_URL, effect: "deny" },
      ]);
      expect(await askUrl(allows, "ws://h:1/a%2fb")).toBe(true);
      expect(await askUrl(allows, "wss://[::1]/p?q")).toBe(true);
      expect(await askUrl(allows, "ws+unix:///run/s")).toBe(false);
      expect(await askUrl(allows, "wss+unix:///run/s")).toBe(false);
      expect(await askUrl(denies, "ws://h:1/a%2fb")).toBe(false);
      expect(await askUrl(denies, "ws+unix:///run/s")).toBe(false);
      expect(await askUrl(denies, "wss+unix:///run/s")).toBe(false);
    },
  );
});

describe("a pattern fails closed on", () => {
  test.each(["%2f", "%2F", "%5c", "%5C", "%00"])(
    "%s in a path that a rule names",
    async (escape) => {
      const policy = (effect: "allow" | "deny", resources: string): Policy =>
        definePolicy([
          { ...URL_RULE, resources: effect === "deny" ? ["*", "ws+unix:///run/s"] : [] },
          { actions: CONNECT_URL, resources, effect },
        ]);
      const url = `wss://h/feed${escape}..${escape}admin`;
      const unix = `ws+unix:///run/s:/feed${escape}x`;
      for (const pattern of ["wss://h/*", "wss://h/feed*", "wss://h/other", "wss://h/?x"]) {
        expect(await askUrl(policy("allow", pattern), url)).toBe(false);
        expect(await askUrl(policy("deny", pattern), url)).toBe(false);
      }
      expect(await askUrl(policy("allow", "wss://h"), url)).toBe(true);
      expect(await askUrl(policy("deny", "wss://other.test/*"), url)).toBe(true);
      expect(await askUrl(policy("deny", "wss://h:1/*"), url)).toBe(true);
      expect(await askUrl(policy("allow", "ws+unix:*"), unix)).toBe(false);
      expect(await askUrl(policy("deny", "ws+unix:///other"), unix)).toBe(false);
      expect(await askUrl(policy("allow", "ws+unix:///run/s"), unix)).toBe(false);
      // A query may hold these escapes, because rules do not split it.
      expect(await askUrl(policy("allow", "wss://h/*"), `wss://h/p?${escape}`)).toBe(true);
    },
  );

  test("an escape that only some servers decode", async () => {
    const allows = definePolicy([{ ...URL_RULE, resources: ["wss://h/a;b", "wss://h/%7cx"] }]);
    const denies = definePolicy([
      { ...URL_RULE },
      { actions: CONNECT_URL, resources: ["wss://h/a;b", "wss://h/|x"], effect: "deny" },
    ]);
    expect(await askUrl(allows, "wss://h/a;b")).toBe(true);
    expect(await askUrl(allows, "wss://h/a%3Bb")).toBe(false);
    expect(await askUrl(allows, "wss://h/%7Cx")).toBe(true);
    expect(await askUrl(allows, "wss://h/|x")).toBe(false);
    for (const url of ["wss://h/a;b", "wss://h/a%3Bb", "wss://h/%7Cx", "wss://h/|x"]) {
      expect(await askUrl(denies, url)).toBe(false);
    }
  });
});

test("hostile patterns are matched in linear time", async () => {
  const hostile = "a".repeat(100_000);
  const patterns = [
    "*a*a*a*a*a*a*b",
    "*".repeat(1000) + "b",
    "*a".repeat(1000) + "*b",
    "a*b*a*b*a",
  ];
  const policy = definePolicy([
    ...patterns.map((pattern): PolicyRule => ({ actions: pattern, effect: "allow" })),
    ...patterns.map((pattern) => ({ ...URL_RULE, resources: `wss://h/${pattern}?${pattern}` })),
  ]);
  const start = performance.now();
  expect(await askUrl(policy, `wss://h/${hostile}?${hostile}`)).toBe(false);
  expect(await policy({ action: hostile as PolicyRequest["action"], resource: "wss://h/" })).toBe(
    false,
  );
  expect(performance.now() - start).toBeLessThan(ms(1000));
});

test("a URL is decoded as often for a thousand rules as for one", async () => {
  const decodes = vi.spyOn(String, "fromCharCode");
  const url = `wss://eu.example.com/${"%61".repeat(1000)}?${"%61".repeat(1000)}`;
  const countFor = async (rules: number): Promise<number> => {
    const policy = definePolicy([
      ...Array.from({ length: rules }, (_, index): PolicyRule => {
        const resources = `wss://*.example.com/private/${index}/*?*`;
        return { actions: CONNECT_URL, effect: "deny", resources };
      }),
      { ...URL_RULE, resources: "wss://*.example.com/*?*" },
    ]);
    decodes.mockClear();
    expect(await askUrl(policy, url)).toBe(true);
    return decodes.mock.calls.length;
  };
  try {
    const once = await countFor(1);
    expect(once).toBeGreaterThan(0);
    expect(await countFor(1000)).toBe(once);
  } finally {
    decodes.mockRestore();
  }
});

describe("definePolicy rejects with INVALID_OPTION", () => {
  test.each([
    null,
    5,
    {},
    "",
    "h",
    "h.test/p",
    "//h/p",
    "/p",
    "wss:h",
    "wss:/h",
    "wss://",
    "wss:///p",
    "*://h",
    "ftp://h",
    "wss+unix://h",
    " wss://h",
    "wss://h ",
    "wss://h h/",
    "wss://a*.test",
    "wss://*a.test",
    "wss://a.*.test",
    "wss://*.*",
    "wss://*.*.test",
    "wss://*.",
    "wss://*..",
    "wss://*.\u00ad",
    "wss://\u3002test",
    "wss://.",
    "wss://.test",
    "wss://a..test",
    "wss://*.1.2.3.4",
    "wss://*.1",
    "wss://*.[::1]",
    "wss://[::1",
    "wss://::1",
    "wss://[::*]",
    "wss://h:",
    "wss://h:x",
    "wss://h:4*",
    "wss://h:80:*",
    "wss://*:80:*",
    "wss://h:65536",
    "wss://h\\p",
    "wss://h#",
    "wss://h/p#frag",
    "wss://h/p?q#frag",
    "wss://me:secret@h/p?secret#secret",
    "wss://secret@h",
    "wss://me:secret@*.test",
    "ftp://h/?secret",
    "ws+unix:",
    "ws+unix://h/s",
    "ws+unix://me:secret@h/s",
    "ws+unix:///",
    "ws+unix:run/s",
    "xws+unix:///run/s",
    "ws+unix:///s:p",
    "ws+unix:///s#f",
    "ws+unix:**",
  ])("the resource %j, without showing a secret", async (resource) => {
    for (const effect of ["allow", "deny"] as const) {
      for (const resources of [resource, ["*", resource]]) {
        const error = await defineFailure([{ actions: "*", resources, effect }]);
        expect(error.code).toBe("INVALID_OPTION");
        expect(error.message.startsWith(`definePolicy: rules[0].resources must be `)).toBe(true);
        expect(error.message).toContain('must be "wss://host[:port][/path][?query]", "ws+unix:///');
        expect(error.message).not.toContain("secret");
      }
    }
  });
});
