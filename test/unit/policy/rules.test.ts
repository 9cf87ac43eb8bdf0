import { describe, expect, test, vi } from "vitest";
import { definePolicy } from "../../../src/policy/rules.js";
import type { PolicyRequest, PolicyRule } from "../../../src/policy/policy.js";
import {
  askConnect,
  askUrl,
  authorizeConnect,
  CONNECT,
  CONNECT_URL,
  defineFailure,
  URL_RULE,
} from "./support.js";
import { failure } from "../../helpers/failure.js";

describe("rules", () => {
  test("deny if none applies", async () => {
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
    // websocket.connect is implied.
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
    // A rule with resources denies these URLs, not websocket.connect itself.
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

  test("are copied by definePolicy", async () => {
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

  test("ignore credentials in the resource", async () => {
    const policy = definePolicy([{ ...URL_RULE, resources: "wss://h" }]);
    expect(await askUrl(policy, "wss://me:pw@h/")).toBe(true);
    expect(await askUrl(policy, "wss://h:pw@g/")).toBe(false);
  });

  test("reject a resource that is not a URL", async () => {
    const policy = definePolicy([{ actions: "*", effect: "allow" }]);
    const request = { action: CONNECT_URL, resource: "h/p" } as const;
    await expect(policy(request)).rejects.toMatchObject({ code: "INVALID_URL" });
  });

  test("apply to both actions of connect", async () => {
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
  ])(
    "that returns %o makes an allow rule allow: %s, and a deny rule allow: %s",
    async (answer, yes, no) => {
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
    },
  );

  test("is called with the request, only if the rest of its rule matches", async () => {
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

  test("is called for websocket.connect if its rule names that action", async () => {
    const when = vi.fn(() => false);
    const policy = definePolicy([{ actions: "websocket.*", effect: "allow", when }]);
    const error = await failure(authorizeConnect([policy], {}, new URL("wss://h/")));
    expect(error.code).toBe("CONNECT_FORBIDDEN");
    expect(when.mock.calls).toEqual([[{ action: CONNECT, resource: "" }]]);
  });

  test("of a deny rule for some URLs is not called for websocket.connect", async () => {
    const when = vi.fn(() => true);
    const policy = definePolicy([
      { actions: "*", effect: "allow" },
      { actions: "*", resources: "wss://bad.test", effect: "deny", when },
    ]);
    expect(await askConnect(policy)).toBe(true);
    expect(when).not.toHaveBeenCalled();
  });

  test.each(["allow", "deny"] as const)(
    "that fails in a rule to %s denies, with the cause",
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

describe("definePolicy rejects with INVALID_OPTION", () => {
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
  ])("the rules %j", async (rules, message) => {
    const error = await defineFailure(rules);
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toBe(`definePolicy: ${message}`);
  });
});
