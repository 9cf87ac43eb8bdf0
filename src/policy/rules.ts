import { pickKnown, quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { maskUrl } from "../protocol/url.js";
import { compileGlob } from "./glob.js";
import type { Policy, PolicyRequest, PolicyRule } from "./policy.js";
import { compileResource, toSubject } from "./resource-pattern.js";
import type { Subject } from "./resource-pattern.js";

/**
 * Creates a policy from rules. A request is denied if any deny rule applies, or if no allow rule applies.
 * The rules are validated and copied when this is called.
 *
 * The parts of a pattern in `resources` are compared with the parts of the URL, never the text as a whole:
 *
 * - Scheme: `ws` or `wss`; `http` and `https` are equivalent to them.
 * - Host: an exact name; `*.example.com` for all names with one or more labels before `example.com`, but
 *   not for `example.com` itself; or `*`. One trailing dot is ignored. IP addresses are compared by value:
 *   an IPv4-mapped IPv6 address (`[::ffff:10.0.0.1]`) equals its IPv4 address. For a deny rule this is also
 *   true of the other IPv6 addresses that contain an IPv4 address: NAT64 (`64:ff9b::/96`), 6to4,
 *   IPv4-translated and IPv4-compatible ones.
 * - Port: an exact number; `:*` for any port; without a port, the default port of the scheme.
 * - Path: an exact, case-sensitive path, in which `*` matches any number of characters, including `/`. A
 *   pattern that ends after the host or port matches any path. A percent-encoded character (`%61`) matches
 *   the character. A path with an encoded slash, backslash or NUL (`%2f`, `%5c`, `%00`) is ambiguous:
 *   every deny rule with the same scheme, host and port applies to it, and no allow rule with a path does.
 * - Query: ignored unless the pattern has a query, which may contain `*`.
 *
 * The pattern `"*"`, which is also the default, matches every `ws:` and `wss:` URL in an allow rule, and
 * every URL in a deny rule. Only a pattern such as `"ws+unix:///run/app.sock[:/path][?query]"` allows a
 * `ws+unix:` or `wss+unix:` URL; without a request path, it matches every path.
 *
 * A rule whose `actions` cover both actions, as `"*"` does, is also evaluated for `websocket.connect`: its
 * `when` is called without a `url`. A deny rule for certain URLs does not apply there, because the policy is
 * asked about the URL next.
 *
 * Throws a {@link WsError} `INVALID_OPTION`, whose message contains the invalid field, such as
 * `rules[1].effect`.
 *
 * @param rules The rules, in any order. An empty list denies everything.
 */
export function definePolicy(rules: readonly PolicyRule[]): Policy {
  if (!Array.isArray(rules)) throw invalidField("rules", "an array", rules);
  const compiled = Array.from(rules, compileRule).sort((a, b) => +b.deny - +a.deny);
  return async (request) => {
    const url = request.action === "websocket.connect" ? undefined : toSubject(request.resource);
    for (const { deny, applies } of compiled) {
      if (await applies(request, url)) return !deny;
    }
    return false;
  };
}

/** A compiled rule. */
interface Rule {
  readonly deny: boolean;
  /** Resolves with true if the rule applies to the request. `url` is absent for `websocket.connect`. */
  readonly applies: (request: PolicyRequest, url: Subject | undefined) => Promise<boolean>;
}

function compileRule(rule: unknown, index: number): Rule {
  const name = `rules[${index}]`;
  // Rejects unknown fields, because a deny rule with a misspelt one would deny the wrong requests.
  const picked: Partial<PolicyRule> = pickKnown(`definePolicy: ${name}`, rule, [
    "actions",
    "resources",
    "effect",
    "when",
  ]);
  const { actions, resources = "*", effect, when } = picked;
  const deny = effect === "deny";
  if (!deny && effect !== "allow")
    throw invalidField(`${name}.effect`, '"allow" or "deny"', effect);
  if (when !== undefined && typeof when !== "function") {
    throw invalidField(`${name}.when`, "a function", when);
  }
  const covers = compileList(
    `${name}.actions`,
    actions,
    'an action such as "websocket.connect.url"',
    (pattern) => (pattern ? compileGlob(pattern, String) : undefined),
  );
  const matches = compileList(
    `${name}.resources`,
    resources,
    '"wss://host[:port][/path][?query]", "ws+unix:///socket" or "*"',
    (pattern) => compileResource(pattern, deny),
  );
  const matchesAll = [resources].flat().includes("*");
  return {
    deny,
    async applies(request, url) {
      const isCovered = covers(request.action);
      // The action is `websocket.connect`, and the policy is asked about the URL next. So a rule that covers
      // only the URL, or a deny rule for certain URLs, must not stop the request here.
      if (!url && covers("websocket.connect.url") && (!isCovered || (deny && !matchesAll)))
        return !deny;
      if (!isCovered || (url && !matches(url[effect]))) return false;
      const answer: unknown = !when || (await when(request));
      return deny ? answer !== false : answer === true;
    },
  };
}

/** Compiles a pattern or a list of patterns to a function that returns true if any pattern matches. */
function compileList<T>(
  field: string,
  value: unknown,
  expected: string,
  compile: (pattern: string) => ((subject: T) => boolean) | undefined,
): (subject: T) => boolean {
  const tests = [value].flat().map((pattern) => {
    const test = typeof pattern === "string" ? compile(pattern) : undefined;
    if (!test) throw invalidField(field, expected, pattern);
    return test;
  });
  return (subject) => tests.some((test) => test(subject));
}

/** Creates the error of an invalid field. Masks the value, because it may be a URL that contains secrets. */
function invalidField(field: string, expected: string, value: unknown): WsError {
  const shown = quote(maskUrl(value));
  return new WsError("INVALID_OPTION", `definePolicy: ${field} must be ${expected}, not ${shown}`);
}
