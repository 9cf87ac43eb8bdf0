import type { PolicyAction } from "../../src/policy/policy.js";

/** One character of a path or query. A non-ASCII character is represented by its UTF-8 bytes, escaped. */
export interface Char {
  readonly char: string;
  readonly escaped: boolean;
}

/** The target of a URL, independent of its spelling. */
export interface Target {
  readonly scheme: "ws" | "wss" | "ws+unix";
  /** Host in lower case and in IDNA's ASCII form, without a trailing dot; for a Unix socket, its path. */
  readonly host: string;
  readonly port: number;
  /** Path after the first "/". */
  readonly path: readonly Char[];
  readonly query: readonly Char[];
}

export type Glob = readonly (Char | "*")[];

/** A parsed pattern of a resource. */
export interface Pattern {
  readonly scheme: Target["scheme"];
  readonly host: string;
  /** Hosts that it matches: this one, its subdomains, or any. */
  readonly reach: "exact" | "below" | "any";
  readonly port: number | "*";
  readonly path: Glob | undefined;
  readonly query: Glob | undefined;
}

/** Result of a rule's `when`; "throws" if it throws, and "yes" as an invalid result. */
export type When = true | false | "yes" | "throws";

export interface Rule {
  readonly actions: readonly string[];
  /** Patterns of the resources. If undefined, the rule applies to all URLs, as with `"*"`. */
  readonly resources: readonly (Pattern | "*")[] | undefined;
  readonly deny: boolean;
  readonly when: When | undefined;
}

const CONNECT = "websocket.connect";
const CONNECT_URL = "websocket.connect.url";

/**
 * True if the rules allow a connection to the target, according to the documentation of `definePolicy`.
 * Without a target: true if they allow connecting at all.
 */
export function isAllowed(rules: readonly Rule[], target?: Target): boolean {
  const denied = rules.some(
    (rule) => rule.deny && applies(rule, target) && !implies(rule, target) && rule.when !== false,
  );
  if (denied) return false;
  // Rules are evaluated in order: the first whose `when` is true allows, and the first that throws denies.
  const first = rules
    .filter((rule) => !rule.deny && applies(rule, target))
    .find((rule) => implies(rule, target) || (rule.when !== false && rule.when !== "yes"));
  return first !== undefined && (implies(first, target) || first.when !== "throws");
}

/** True if the rule covers `websocket.connect` only because it covers URLs. */
function implies(rule: Rule, target: Target | undefined): boolean {
  if (target || !covers(rule, CONNECT_URL)) return false;
  const isNarrow = rule.resources !== undefined && !rule.resources.includes("*");
  return rule.deny ? isNarrow : !covers(rule, CONNECT);
}

function applies(rule: Rule, target: Target | undefined): boolean {
  if (!target) return covers(rule, CONNECT) || (covers(rule, CONNECT_URL) && !rule.deny);
  const { resources = ["*"], deny } = rule;
  return covers(rule, CONNECT_URL) && resources.some((one) => fits(one, target, deny));
}

function covers({ actions }: Rule, action: PolicyAction): boolean {
  return actions.some((pattern) => {
    const text = pattern.split("*").map((piece) => piece.replaceAll(".", "\\."));
    return new RegExp(`^${text.join(".*")}$`).test(action);
  });
}

function fits(pattern: Pattern | "*", target: Target, deny: boolean): boolean {
  if (pattern === "*") return deny || target.scheme !== "ws+unix";
  const { scheme, port, path, query } = pattern;
  if (scheme !== target.scheme || (port !== "*" && port !== target.port)) return false;
  if (!hasHost(pattern, target.host, deny)) return false;
  if (path === undefined && query === undefined) return true;
  if (target.scheme !== "ws+unix" && isUncertain(target.path)) return deny;
  if (!matches(path ?? [], target.path, deny)) return false;
  return query === undefined || matches(query, target.query, deny);
}

/** IPv6 addresses that a translator or a relay may turn into an IPv4 address. */
const TRANSLATED: Readonly<Record<string, string>> = {
  "[64:ff9b::7f00:1]": "127.0.0.1",
  "[::7f00:1]": "127.0.0.1",
  "[2002:7f00:1::5]": "127.0.0.1",
};

function hasHost({ host, reach }: Pattern, name: string, deny: boolean): boolean {
  if (reach === "any") return true;
  const address = (text: string): string => (deny ? (TRANSLATED[text] ?? text) : text);
  if (reach === "exact") return address(name) === address(host);
  const labels = name.split(".");
  const own = host.split(".");
  const below = labels.slice(0, -own.length);
  return (
    // An empty label is not a subdomain.
    below.some((label) => label !== "") &&
    labels.slice(-own.length).every((label, index) => label === own[index])
  );
}

/** True if servers may disagree about the segments or the end of the path. */
function isUncertain(path: readonly Char[]): boolean {
  return path.some(({ char, escaped }) => escaped && ["/", "\\", "\0"].includes(char));
}

/** True if the pattern matches the text. Tries all lengths of the text that a star may match. */
function matches(glob: Glob, text: readonly Char[], deny: boolean): boolean {
  // Positions in the text that the part of the pattern processed so far can match up to.
  let reached = new Set([0]);
  for (const piece of glob) {
    const next = new Set<number>();
    for (const at of reached) {
      if (piece === "*") for (let end = at; end <= text.length; end++) next.add(end);
      else if (text[at] && isSame(piece, text[at], deny)) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(text.length);
}

/**
 * True if two characters are equal. Escaping does not matter for unreserved characters (RFC 3986 section
 * 6.2.2.2), and for rules that deny it does not matter for any character.
 */
function isSame(a: Char, b: Char, deny: boolean): boolean {
  return a.char === b.char && (deny || a.escaped === b.escaped || /[\w.~-]/.test(a.char));
}
