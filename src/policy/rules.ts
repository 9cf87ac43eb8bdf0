import { pickKnown, quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { maskUrl } from "../protocol/url.js";
import { compileGlob } from "./glob.js";
import type { Policy, PolicyRequest, PolicyRule } from "./policy.js";
import { compileResource, toSubject } from "./resource-pattern.js";
import type { Subject } from "./resource-pattern.js";

/**
 * Makes a policy of rules: any deny rule that applies wins, else any allow rule, else it denies.
 * The rules are checked and copied once, here. Patterns are matched by part, never as text:
 *
 * - The scheme is `ws` or `wss` (`http` and `https` mean the same).
 * - The host is exact, or `*.` and a domain for one or more labels below it (never the domain
 *   itself), or `*`. One trailing dot is ignored. Addresses are compared as addresses: an
 *   IPv4-mapped one (`[::ffff:10.0.0.1]`) is its IPv4 address, and so, to a deny rule, is any other
 *   IPv6 address that contains one (NAT64 by `64:ff9b::/96`, 6to4, IPv4-translated, IPv4-compatible).
 * - The port is exact, or `:*` for any; without one it is the default port of the scheme.
 * - The path is exact but for `*`, which spans segments too; case counts. A pattern that ends
 *   behind its host or port takes any path. Escapes (`%61`) match what they stand for. A path with
 *   an escaped slash, backslash or NUL (`%2f`, `%5c`, `%00`) is refused: no allow rule with a path
 *   matches it, all deny rules with one do, if scheme, host and port fit.
 * - The query is ignored unless the pattern has one; it may hold `*`.
 * - `"*"`, like no `resources` at all, allows every `ws:` and `wss:` URL, and denies every URL.
 *   `ws+unix:` and `wss+unix:` URLs are allowed only by a pattern of their own,
 *   `"ws+unix:///run/app.sock[:/path][?query]"`; without a request path it takes any.
 *
 * Where actions cover both (`"*"`), a deny rule for certain URLs does not deny `websocket.connect`,
 * and `when` is asked for `websocket.connect` too, without a `url`.
 *
 * Throws a {@link WsError} `INVALID_OPTION` that names the field, as `rules[1].effect`.
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
  /** Resolves with true if the rule applies to this request; `url` is absent for `websocket.connect`. */
  readonly applies: (request: PolicyRequest, url: Subject | undefined) => Promise<boolean>;
}

function compileRule(rule: unknown, index: number): Rule {
  const name = `rules[${index}]`;
  // A deny rule must not fail to deny because of a typing error.
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
  const narrow = ![resources].flat().includes("*");
  return {
    deny,
    async applies(request, url) {
      const named = covers(request.action);
      // Where the URL is still to be asked about, an allow rule for it implies this action; a deny rule
      // for some URLs would deny them all.
      if (!url && covers("websocket.connect.url") && (!named || (deny && narrow))) return !deny;
      if (!named || (url && !matches(url[effect]))) return false;
      const answer: unknown = !when || (await when(request));
      return deny ? answer !== false : answer === true;
    },
  };
}

/** Compiles one pattern, or a list of them to a test that passes where any of theirs does. */
function compileList<T>(
  field: string,
  value: unknown,
  wanted: string,
  compile: (pattern: string) => ((subject: T) => boolean) | undefined,
): (subject: T) => boolean {
  const tests = [value].flat().map((pattern) => {
    const test = typeof pattern === "string" ? compile(pattern) : undefined;
    if (!test) throw invalidField(field, wanted, pattern);
    return test;
  });
  return (subject) => tests.some((test) => test(subject));
}

/** The error of a field that is not what it must be. A text may be a URL with secrets in it. */
function invalidField(field: string, wanted: string, value: unknown): WsError {
  const shown = quote(maskUrl(value));
  return new WsError("INVALID_OPTION", `definePolicy: ${field} must be ${wanted}, not ${shown}`);
}
