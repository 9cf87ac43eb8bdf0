import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, test } from "vitest";
import { bindConnect } from "../../src/context/connect.js";
import type { WsError } from "../../src/errors/ws-error.js";
import { definePolicy } from "../../src/policy/rules.js";
import type { Policy } from "../../src/policy/policy.js";
import type { Platform } from "../../src/protocol/dial.js";
import { failure } from "../helpers/failure.js";
import { explore } from "../helpers/fuzz.js";
import { BROWSER, FakeTransport, NODE } from "../helpers/unit-transport.js";
import { isAllowed } from "./policy-reference.js";
import type { Target } from "./policy-reference.js";
import { nearUrls, rules, SECRET, urls } from "./spelling.js";
import type { Spelled, SpelledRule } from "./spelling.js";

/** Creates platforms that record URLs instead of dialling them. `hops` simulate redirects. */
class Recorder {
  readonly dialled: string[] = [];
  readonly refused: unknown[] = [];

  constructor(readonly hops: readonly string[] = []) {}

  platform(base: Platform): Platform {
    return {
      ...base,
      dial: async ({ url, authorize, open }) => {
        this.dialled.push(withoutUser(url));
        for (const hop of this.hops) {
          try {
            const next = new URL(new URL(hop).href.replace(/^http/, "ws"));
            await authorize(next);
            this.dialled.push(withoutUser(next));
          } catch (error) {
            this.refused.push(error);
          }
        }
        open(new FakeTransport(), url);
      },
    };
  }
}

function withoutUser(url: URL): string {
  const copy = new URL(url);
  copy.username = copy.password = "";
  // An empty query is equivalent to no query.
  return copy.href.replace(/\?$/, "");
}

function toPolicy(spelled: readonly SpelledRule[]): Policy {
  return definePolicy(
    spelled.map(({ rule: { actions, deny, when }, resources }) => ({
      actions,
      effect: deny ? "deny" : "allow",
      ...(resources && { resources }),
      ...(when !== undefined && {
        when: () => {
          if (when === "throws") throw new Error("when");
          return when as boolean;
        },
      }),
    })),
  );
}

/** Checks that no text of an error contains {@link SECRET}. */
function checkSecrets(error: unknown): void {
  const shown = [
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    String(error),
    (error as Error).stack,
  ];
  assert.ok(!shown.join(" ").includes(SECRET), shown[0]);
}

/** Checks that a URL has the intended target, because the reference decides by that target. */
function checkMeaning(dialled: string, { scheme, host, port }: Target): void {
  const url = new URL(dialled);
  assert.equal(url.protocol, `${scheme}:`);
  if (scheme === "ws+unix") return;
  assert.equal(url.hostname.replace(/\.$/, "").replace("[::ffff:7f00:1]", "127.0.0.1"), host);
  assert.equal(Number(url.port || (scheme === "ws" ? 80 : 443)), port);
}

describe("a policy of rules", () => {
  test("lets be dialled what its rules allow and nothing else, and what it was asked about", (context) =>
    explore(context, {
      claim: "dialled if and only if the rules allow",
      runs: 15_000,
      given: fc.array(rules, { maxLength: 5, size: "max" }).chain((rules) => {
        const patterns = rules.flatMap(({ rule }) => rule.resources ?? []);
        const url = fc.oneof(urls, nearUrls(patterns.filter((one) => one !== "*")));
        return fc.record({
          rules: fc.constant(rules),
          url,
          hops: fc.array(url, { maxLength: 2 }),
        });
      }),
      meets: ["CONNECT_FORBIDDEN", "URL_FORBIDDEN", "dialled", "hop dialled", "hop refused"],
      async check({ rules, url, hops }) {
        const reference = rules.map(({ rule }) => rule);
        const recorder = new Recorder(hops.map(({ text }) => text));
        const asked: string[] = [];
        const policy = toPolicy(rules);
        const dial = bindConnect(() => recorder.platform(NODE))(url.text, {
          policy: (request) => {
            if (request.resource) asked.push(request.resource);
            return policy(request);
          },
        });
        if (!isAllowed(reference) || !isAllowed(reference, url.meant)) {
          const error = await failure(dial);
          checkSecrets(error);
          assert.deepEqual(recorder.dialled, []);
          const isUrl = isAllowed(reference);
          assert.equal(error.code, isUrl ? "URL_FORBIDDEN" : "CONNECT_FORBIDDEN");
          return [error.code];
        }
        (await dial).terminate();
        const [first = "", ...dialled] = recorder.dialled;
        checkMeaning(first, url.meant);
        const allowed = hops.filter(({ meant }) => isAllowed(reference, meant));
        assert.equal(dialled.length, allowed.length);
        dialled.forEach((hop, index) =>
          checkMeaning(hop, (allowed[index] as Spelled<Target>).meant),
        );
        assert.deepEqual(
          asked.filter((resource) => recorder.dialled.includes(resource)),
          recorder.dialled,
        );
        recorder.refused.forEach(checkSecrets);
        assert.equal(recorder.refused.length, hops.length - allowed.length);
        return [
          "dialled",
          ...dialled.map(() => "hop dialled"),
          ...recorder.refused.map(() => "hop refused"),
        ];
      },
    }));
});

/** Characters that may occur between the secrets of a text. */
const garbage = fc.string({
  unit: fc.constantFrom(
    ...[
      "a",
      "B",
      "1",
      ":",
      "/",
      "\\",
      "[",
      "]",
      "%",
      "%4",
      "\t",
      "\n",
      " ",
      "\0",
      "@",
      "?",
      "#",
      ".",
    ],
  ),
  maxLength: 6,
});

/** Damaged URLs with secrets. The delimiters that identify the secrets are intact. */
const damaged = fc
  .record({
    scheme: fc.oneof(
      fc.constantFrom("ws://", "wss://", "https://", "ftp://", "ws:", "//"),
      garbage,
    ),
    user: fc.constantFrom("", `${SECRET}@`, `me:${SECRET}@`, `me:a@${SECRET}@`, `me:a?${SECRET}@`),
    host: fc.oneof(fc.constantFrom("host.test", "host.test:99999", "[::1", "a b"), garbage),
    path: fc.oneof(
      fc.constantFrom("", "/path"),
      garbage.map((text) => `/${text}`),
    ),
    query: fc.constantFrom("", `?${SECRET}`, `?token=${SECRET}`, `#${SECRET}`, `?a#${SECRET}`),
  })
  .map((parts) => Object.values(parts).join(""));

describe("no error tells a secret", () => {
  /** Calls that fail with an error for a text that may be a URL. */
  const ways: Record<string, (text: string) => Promise<WsError | undefined>> = {
    connect: (text) => refusal(connectTo(text, NODE)),
    "connect in a page": (text) => refusal(connectTo(text, BROWSER)),
    policy: async (text) => refusal(connectTo(text, NODE, () => false)),
    rule: (text) =>
      refusal(async () => definePolicy([{ actions: "*", effect: "allow", resources: text }])),
  };

  const connectTo =
    (text: string, platform: Platform, policy?: Policy): (() => Promise<void>) =>
    async () => {
      const dial = bindConnect(() => new Recorder().platform(platform));
      (await dial(text, { policy })).terminate();
    };

  async function refusal(attempt: () => Promise<unknown>): Promise<WsError | undefined> {
    return attempt().then(
      () => undefined,
      (error: unknown) => failure(Promise.reject(error)),
    );
  }

  test("of a URL or a pattern, be it damaged", (context) =>
    explore(context, {
      claim: "no credentials and no query in any part of an error",
      runs: 8000,
      given: fc.record({ text: damaged, way: fc.constantFrom(...Object.keys(ways)) }),
      meets: [...["CONNECT_FORBIDDEN", "INVALID_OPTION", "INVALID_URL", "UNSUPPORTED", "none"]],
      async check({ text, way }) {
        const error = await ways[way]?.(text);
        if (!error) return ["none"];
        checkSecrets(error);
        return [error.code];
      },
    }));
});
