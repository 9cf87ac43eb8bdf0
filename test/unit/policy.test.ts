import { describe, expect, test, vi } from "vitest";

import { WsError } from "../../src/errors/ws-error.js";
import { authorize } from "../../src/policy/authorize.js";
import { definePolicy } from "../../src/policy/rules.js";
import type { Policy, PolicyRequest } from "../../src/policy/policy.js";
import type { PolicyRule } from "../../src/policy/policy.js";
import type { PolicySubject } from "../../src/policy/authorize.js";
import { ms } from "../helpers/time.js";

const CONNECT = "websocket.connect";
const CONNECT_URL = "websocket.connect.url";
const URL_RULE = { actions: CONNECT_URL, effect: "allow" } as const;

/** Both questions, in the order of `connect`. */
async function authorizeConnect(
  policies: readonly Policy[],
  subject: PolicySubject,
  url: URL,
): Promise<void> {
  await authorize(policies, subject, url, "");
  await authorize(policies, subject, url);
}

const allow: Policy = () => true;
const deny: Policy = () => false;

async function failure(promise: Promise<unknown>): Promise<WsError> {
  const error: unknown = await promise.then(
    () => new Error("was allowed"),
    (reason: unknown) => reason,
  );
  if (error instanceof WsError) return error;
  throw error;
}

function defineFailure(rules: unknown): WsError {
  try {
    definePolicy(rules as PolicyRule[]);
  } catch (error) {
    if (error instanceof WsError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(rules)}`);
}

function askConnect(policy: Policy): boolean | Promise<boolean> {
  return policy({ action: CONNECT, resource: "" });
}

function askUrl(policy: Policy, resource: string): boolean | Promise<boolean> {
  return policy({ action: CONNECT_URL, resource, url: new URL(resource) });
}

describe("asks policies", () => {
  test("whether to connect, then whether to the URL", async () => {
    const requests: PolicyRequest[] = [];
    const actor = { id: 7 };
    const meta = { tenant: "a" };
    const note: Policy = (request) => requests.push(request) > 0;
    await authorizeConnect([note], { actor, meta }, new URL("wss://me:pw@h.test:443/p?tok"));
    expect(requests).toEqual([
      { action: CONNECT, resource: "", actor, meta },
      {
        action: CONNECT_URL,
        resource: "wss://h.test/p?tok",
        url: new URL("wss://h.test/p?tok"),
        actor,
        meta,
      },
    ]);
    expect(requests[0]).not.toHaveProperty("url");
    expect(requests[1]?.actor).toBe(actor);
  });

  test("all of them each question before the next, in order", async () => {
    const asked: string[] = [];
    const named =
      (name: string): Policy =>
      async ({ action }) => {
        await Promise.resolve();
        asked.push(`${name} ${action}`);
        return true;
      };
    await authorizeConnect([named("a"), named("b")], {}, new URL("ws://h/"));
    expect(asked).toEqual([`a ${CONNECT}`, `b ${CONNECT}`, `a ${CONNECT_URL}`, `b ${CONNECT_URL}`]);
  });

  test("about the URL alone for a redirect", async () => {
    const policy = vi.fn(allow);
    await authorize([policy], {}, new URL("ws://h/"));
    expect(policy.mock.calls.map(([request]) => request.action)).toEqual([CONNECT_URL]);
  });

  test("nothing after the first refusal", async () => {
    const last = vi.fn(allow);
    await failure(authorizeConnect([allow, deny, last], {}, new URL("ws://h/")));
    expect(last).not.toHaveBeenCalled();
  });

  test("with requests that hold no field which is absent", async () => {
    const policy = vi.fn(allow);
    await authorizeConnect([policy], { actor: undefined, meta: undefined }, new URL("ws://h/"));
    expect(policy.mock.calls.map(([request]) => Object.keys(request))).toEqual([
      ["action", "resource"],
      ["action", "resource", "url"],
    ]);
  });

  test("with an actor that is falsy and yet there", async () => {
    const policy = vi.fn(allow);
    await authorize([policy], { actor: 0 }, new URL("ws://h/"));
    expect(policy.mock.calls[0]?.[0].actor).toBe(0);
  });

  test("with frozen requests and a URL of their own each", async () => {
    const url = new URL("ws://h/");
    const seen: PolicyRequest[] = [];
    const meddle: Policy = (request) => {
      seen.push(request);
      if (request.url) request.url.hostname = "evil.test";
      return Object.isFrozen(request);
    };
    await authorizeConnect([meddle, meddle], {}, url);
    expect(new Set(seen).size).toBe(4);
    expect(new Set(seen.map((request) => request.url)).size).toBe(3);
    expect(seen[3]?.resource).toBe("ws://h/");
    expect(url.href).toBe("ws://h/");
  });

  test("and takes no policy at all for consent", async () => {
    await authorizeConnect([], {}, new URL("ws://h/"));
  });

  test("refuses a connection as CONNECT_FORBIDDEN, without a secret", async () => {
    const error = await failure(
      authorizeConnect([allow, deny], {}, new URL("wss://me:pw@h/p?tok")),
    );
    expect(error).toMatchObject({
      code: "CONNECT_FORBIDDEN",
      kind: "PERMISSION_DENIED",
      retryable: false,
    });
    expect(error.message).toMatch(/^dial wss:\/\/h\/p\?\.\.\.: /);
    expect(error).not.toHaveProperty("cause");
  });

  test("refuses a URL as URL_FORBIDDEN, without a secret", async () => {
    const policy: Policy = ({ action }) => action === CONNECT;
    const url = new URL("wss://me:pw@h/p?tok");
    for (const promise of [authorizeConnect([policy], {}, url), authorize([policy], {}, url)]) {
      const error = await failure(promise);
      expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
      expect(error.message).toMatch(/^dial wss:\/\/h\/p\?\.\.\.: /);
    }
  });

  test.each([undefined, null, 1, "true", {}, [], Object(true), Promise.resolve(1), () => true])(
    "takes only true for consent, not %o",
    async (answer: unknown) => {
      const policy = (() => answer) as Policy;
      const error = await failure(authorizeConnect([policy], {}, new URL("ws://h/")));
      expect(error.code).toBe("CONNECT_FORBIDDEN");
    },
  );

  test.each<[string, (cause: unknown) => Policy]>([
    [
      "throws",
      (cause) => () => {
        throw cause;
      },
    ],
    [
      "rejects",
      (cause) => async () => {
        await Promise.resolve();
        throw cause;
      },
    ],
  ])("refuses where one %s, with the cause", async (_, fail) => {
    for (const cause of [new Error("down"), "down", undefined]) {
      const error = await failure(authorizeConnect([fail(cause)], {}, new URL("ws://h/")));
      expect(error.code).toBe("CONNECT_FORBIDDEN");
      expect(error.cause).toBe(cause);
    }
  });
});

describe("rules", () => {
  test("deny where none applies", async () => {
    const policy = definePolicy([]);
    expect(await askConnect(policy)).toBe(false);
    expect(await askUrl(policy, "wss://h/")).toBe(false);
  });

  test("let any deny win over all allows, in any order", async () => {
    const rules: PolicyRule[] = [
      { actions: "*", effect: "allow" },
      { actions: CONNECT_URL, resources: "wss://bad.test", effect: "deny" },
      { actions: "*", effect: "allow" },
    ];
    for (const policy of [definePolicy(rules), definePolicy(rules.reverse())]) {
      expect(await askConnect(policy)).toBe(true);
      expect(await askUrl(policy, "wss://good.test/")).toBe(true);
      expect(await askUrl(policy, "wss://bad.test/")).toBe(false);
    }
  });

  test.each<[string | string[], boolean, boolean]>([
    [CONNECT, true, false],
    // Implied.
    [CONNECT_URL, true, true],
    [[CONNECT, CONNECT_URL], true, true],
    ["*", true, true],
    ["websocket.*", true, true],
    ["websocket.connect*", true, true],
    ["*.url", true, true],
    ["*connect", true, false],
    ["web*connect*url", true, true],
    ["websocket.connect.*", true, true],
    ["websocket.connect.url.*", false, false],
    ["websocket", false, false],
    ["WEBSOCKET.CONNECT", false, false],
    ["http.get", false, false],
    [[], false, false],
  ])("allow the actions %j", async (actions, connect, url) => {
    const policy = definePolicy([{ actions, effect: "allow" }]);
    expect(await askConnect(policy)).toBe(connect);
    expect(await askUrl(policy, "wss://h/")).toBe(url);
  });

  test.each<[Omit<PolicyRule, "effect">, boolean, boolean]>([
    [{ actions: CONNECT }, false, true],
    [{ actions: CONNECT, resources: "wss://other.test" }, false, true],
    [{ actions: CONNECT_URL }, true, false],
    [{ actions: CONNECT_URL, resources: "wss://h" }, true, false],
    [{ actions: "*" }, false, false],
    [{ actions: "*", resources: "*" }, false, false],
    [{ actions: "*", resources: ["wss://h", "*"] }, false, false],
    // It names the URLs it denies: not connections as such.
    [{ actions: "*", resources: "wss://h" }, true, false],
    [{ actions: "*", resources: ["wss://other.test"] }, true, true],
    [{ actions: "*", resources: [] }, true, true],
    [{ actions: [] }, true, true],
  ])("deny by %j", async (rule, connect, url) => {
    const policy = definePolicy([
      { actions: "*", effect: "allow" },
      { ...rule, effect: "deny" },
    ]);
    expect(await askConnect(policy)).toBe(connect);
    expect(await askUrl(policy, "wss://h/")).toBe(url);
  });

  test("ignore resources for websocket.connect", async () => {
    const policy = definePolicy([{ actions: CONNECT, resources: "wss://x", effect: "allow" }]);
    expect(await askConnect(policy)).toBe(true);
  });

  test("match no URL by an empty list of resources", async () => {
    const policy = definePolicy([{ ...URL_RULE, resources: [] }]);
    expect(await askUrl(policy, "wss://h/")).toBe(false);
  });

  test("are copied", async () => {
    const resources = ["wss://good.test"];
    const rule = { actions: [CONNECT_URL], resources, effect: "allow" as "allow" | "deny" };
    const rules = [rule];
    const policy = definePolicy(rules);
    rule.effect = "deny";
    rule.actions.length = 0;
    resources[0] = "wss://bad.test";
    rules.length = 0;
    expect(await askUrl(policy, "wss://good.test/")).toBe(true);
    expect(await askUrl(policy, "wss://bad.test/")).toBe(false);
  });

  test("take no notice of credentials, which a resource of ours never has", async () => {
    const policy = definePolicy([{ ...URL_RULE, resources: "wss://h" }]);
    expect(await askUrl(policy, "wss://me:pw@h/")).toBe(true);
    expect(await askUrl(policy, "wss://h:pw@g/")).toBe(false);
  });

  test("refuse a resource that is no URL", async () => {
    const policy = definePolicy([{ actions: "*", effect: "allow" }]);
    const request = { action: CONNECT_URL, resource: "h/p" } as const;
    await expect(policy(request)).rejects.toMatchObject({ code: "INVALID_URL" });
  });

  test("work through authorizeConnect", async () => {
    const policy = definePolicy([
      { actions: CONNECT_URL, resources: "https://*.example.com/feed/*", effect: "allow" },
    ]);
    await authorizeConnect([policy], {}, new URL("wss://me:pw@a.example.com/feed/1?tok"));
    const error = await failure(authorizeConnect([policy], {}, new URL("wss://evil.test/feed/1")));
    expect(error.code).toBe("URL_FORBIDDEN");
  });
});

describe("when", () => {
  test.each<[unknown, boolean, boolean]>([
    [true, true, false],
    [false, false, true],
    [Promise.resolve(true), true, false],
    [Promise.resolve(false), false, true],
    [undefined, false, false],
    [1, false, false],
    [0, false, false],
    [null, false, false],
    [{}, false, false],
  ])("that answers %o: an allow rule allows %s, a deny rule %s", async (answer, yes, no) => {
    const when = (() => answer) as NonNullable<PolicyRule["when"]>;
    const allows = definePolicy([{ actions: "*", effect: "allow", when }]);
    const denies = definePolicy([
      { actions: "*", effect: "allow" },
      { actions: "*", effect: "deny", when },
    ]);
    expect(await askConnect(allows)).toBe(yes);
    expect(await askUrl(allows, "wss://h/")).toBe(yes);
    expect(await askConnect(denies)).toBe(no);
    expect(await askUrl(denies, "wss://h/")).toBe(no);
  });

  test("gets the request, only where the rest of its rule matches", async () => {
    const when = vi.fn(({ actor }: PolicyRequest) => actor === "alice");
    const policy = definePolicy([{ ...URL_RULE, resources: "wss://h/*", when }]);
    await authorizeConnect([policy], { actor: "alice" }, new URL("wss://h/p"));
    expect(when).toHaveBeenCalledOnce();
    expect(when.mock.calls[0]?.[0].url?.href).toBe("wss://h/p");
    const other = await failure(authorizeConnect([policy], { actor: "bob" }, new URL("wss://h/p")));
    expect(other.code).toBe("URL_FORBIDDEN");
    when.mockClear();
    await failure(authorizeConnect([policy], { actor: "alice" }, new URL("wss://g/p")));
    expect(when).not.toHaveBeenCalled();
  });

  test("is asked about websocket.connect where its rule names that action", async () => {
    const when = vi.fn(() => false);
    const policy = definePolicy([{ actions: "websocket.*", effect: "allow", when }]);
    const error = await failure(authorizeConnect([policy], {}, new URL("wss://h/")));
    expect(error.code).toBe("CONNECT_FORBIDDEN");
    expect(when.mock.calls).toEqual([[{ action: CONNECT, resource: "" }]]);
  });

  test("of a deny rule for some URLs is not asked about websocket.connect", async () => {
    const when = vi.fn(() => true);
    const policy = definePolicy([
      { actions: "*", effect: "allow" },
      { actions: "*", resources: "wss://bad.test", effect: "deny", when },
    ]);
    expect(await askConnect(policy)).toBe(true);
    expect(when).not.toHaveBeenCalled();
  });

  test.each(["allow", "deny"] as const)(
    "that fails in a rule to %s refuses, with the cause",
    async (effect) => {
      const cause = new Error("down");
      const fails = [
        () => {
          throw cause;
        },
        () => Promise.reject(cause),
      ];
      for (const when of fails) {
        const policy = definePolicy([
          { ...URL_RULE, effect, when },
          { actions: "*", effect: "allow" },
        ]);
        const error = await failure(authorizeConnect([policy], {}, new URL("wss://h/")));
        expect(error).toMatchObject({ code: "URL_FORBIDDEN", cause });
      }
    },
  );
});

/** What a pattern is about and what not: [pattern, URLs it matches, URLs it does not]. */
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
  // IPv4-mapped addresses are the IPv4 address, whichever way either is spelled.
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

/** IPv6 addresses that a translator or a relay may turn into 10.0.0.1, and their neighbours. */
describe.each([
  ["NAT64", "[64:ff9b::a00:1]", "[64:ff9b::a00:2]"],
  ["IPv4-translated", "[::ffff:0:10.0.0.1]", "[::ffff:1:10.0.0.1]"],
  ["IPv4-compatible", "[::10.0.0.1]", "[::1:10.0.0.1]"],
  ["6to4", "[2002:a00:1::5]", "[2002:a00:2::5]"],
  ["6to4 without a zero", "[2002:a00:1:2:3:4:5:6]", "[2003:a00:1:2:3:4:5:6]"],
])("an address by %s", (_, host, other) => {
  const denies = (resources: string) =>
    definePolicy([
      { ...URL_RULE, resources: "*" },
      { actions: CONNECT_URL, resources, effect: "deny" },
    ]);
  const allows = (resources: string) => definePolicy([{ ...URL_RULE, resources }]);

  test("is denied by a rule for the IPv4 address, and the other way round", async () => {
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

test("an address whose last 16 bits of IPv4 are zero is found by 6to4", async () => {
  const policy = definePolicy([
    { ...URL_RULE },
    { actions: CONNECT_URL, resources: "ws://10.1.0.0", effect: "deny" },
  ]);
  expect(await askUrl(policy, "ws://[2002:a01::5]/")).toBe(false);
  expect(await askUrl(policy, "ws://[2002:a01:1::5]/")).toBe(true);
});

describe("all resources", () => {
  test.each([[undefined], ["*"], [["*"]], [["wss://other.test", "*"]]])(
    "as %j are allowed but for Unix sockets, and denied with them",
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

describe("fails closed on", () => {
  test.each(["%2f", "%2F", "%5c", "%5C", "%00"])("%s in a path a rule names", async (escape) => {
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
    // A query may hold them: a rule does not take it apart.
    expect(await askUrl(policy("allow", "wss://h/*"), `wss://h/p?${escape}`)).toBe(true);
  });

  test("an escape that only some servers take for its character", async () => {
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

test("matches hostile patterns in linear time", async () => {
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
  expect(await policy({ action: hostile as typeof CONNECT, resource: "wss://h/" })).toBe(false);
  expect(performance.now() - start).toBeLessThan(ms(1000));
});

test("decodes a URL as often for a thousand rules as for one", async () => {
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

describe("refuses as INVALID_OPTION", () => {
  const rule = { actions: "*", effect: "allow" };
  test.each<[unknown, string]>([
    [undefined, "rules must be an array, not undefined"],
    [null, "rules must be an array, not null"],
    [rule, "rules must be an array, not an object"],
    [[null], "rules[0]: options must be an object, not null"],
    // eslint-disable-next-line no-sparse-arrays
    [[rule, ,], "rules[1]: options must be an object, not undefined"],
    [["deny"], "rules[0]: options must be an object, not a string of length 4"],
    [
      [{ ...rule, action: "*" }],
      'rules[0]: unknown option "action": the options are actions, resources, effect, when',
    ],
    [
      [{ ...rule, Resource: "*" }],
      'rules[0]: unknown option "Resource": the options are actions, resources, effect, when',
    ],
    [
      [{ ...rule, effects: "*" }],
      'rules[0]: unknown option "effects": the options are actions, resources, effect, when',
    ],
    [[{ ...rule, _when: "*" }], 'rules[0]: unknown option "_when": did you mean when?'],
    [
      [{ ...rule, if: 1 }],
      'rules[0]: unknown option "if": the options are actions, resources, effect, when',
    ],
    [[{ actions: "*" }], 'rules[0].effect must be "allow" or "deny", not undefined'],
    [[{ ...rule, effect: "Allow" }], 'rules[0].effect must be "allow" or "deny", not "Allow"'],
    [[{ ...rule, effect: true }], 'rules[0].effect must be "allow" or "deny", not true'],
    [[{ ...rule, when: true }], "rules[0].when must be a function, not true"],
    [[{ ...rule, when: null }], "rules[0].when must be a function, not null"],
    [
      [{ effect: "deny" }],
      'rules[0].actions must be an action such as "websocket.connect.url", not undefined',
    ],
    [
      [{ ...rule, actions: "" }],
      'rules[0].actions must be an action such as "websocket.connect.url", not ""',
    ],
    [
      [rule, { ...rule, actions: ["*", 5] }],
      'rules[1].actions must be an action such as "websocket.connect.url", not 5',
    ],
  ])("%j", (rules, message) => {
    const error = defineFailure(rules);
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toBe(`definePolicy: ${message}`);
  });

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
  ])("the resource %j, without showing a secret", (resource) => {
    for (const effect of ["allow", "deny"] as const) {
      for (const resources of [resource, ["*", resource]]) {
        const error = defineFailure([{ actions: "*", resources, effect }]);
        expect(error.code).toBe("INVALID_OPTION");
        expect(error.message.startsWith(`definePolicy: rules[0].resources must be `)).toBe(true);
        expect(error.message).toContain('must be "wss://host[:port][/path][?query]", "ws+unix:///');
        expect(error.message).not.toContain("secret");
      }
    }
  });
});
