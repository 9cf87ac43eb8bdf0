import type { PolicyAction } from "../../src/policy/policy.js";

/** One character of a path or a query. What is not ASCII is the bytes of its UTF-8, escaped. */
export interface Char {
  readonly char: string;
  readonly escaped: boolean;
}

/** What a URL names, however it is spelled. */
export interface Target {
  readonly scheme: "ws" | "wss" | "ws+unix";
  /** In lower case and as IDNA has it, without the root's dot; of a Unix socket, its path. */
  readonly host: string;
  readonly port: number;
  /** Behind the first "/". */
  readonly path: readonly Char[];
  readonly query: readonly Char[];
}

export type Glob = readonly (Char | "*")[];

/** What a pattern names. */
export interface Pattern {
  readonly scheme: Target["scheme"];
  readonly host: string;
  /** Whether it stands for this host, those below it, or any. */
  readonly reach: "exact" | "below" | "any";
  readonly port: number | "*";
  readonly path: Glob | undefined;
  readonly query: Glob | undefined;
}

/** What a rule's `when` does. */
export type When = true | false | "yes" | "throws";

export interface Rule {
  readonly actions: readonly string[];
  /** None: it is about all URLs, as it is with `"*"`. */
  readonly resources: readonly (Pattern | "*")[] | undefined;
  readonly deny: boolean;
  readonly when: When | undefined;
}

const CONNECT = "websocket.connect";
const CONNECT_URL = "websocket.connect.url";

/** Whether the rules allow it, by the words of `definePolicy`; without a URL, to connect at all. */
export function isAllowed(rules: readonly Rule[], target?: Target): boolean {
  const denied = rules.some(
    (rule) => rule.deny && isAbout(rule, target) && !implies(rule, target) && rule.when !== false,
  );
  if (denied) return false;
  // Rules are asked in turn: the first that applies allows, and the first that throws refuses.
  const first = rules
    .filter((rule) => !rule.deny && isAbout(rule, target))
    .find((rule) => implies(rule, target) || (rule.when !== false && rule.when !== "yes"));
  return first !== undefined && (implies(first, target) || first.when !== "throws");
}

/** Whether it says something on `websocket.connect` only by being about URLs. */
function implies(rule: Rule, target: Target | undefined): boolean {
  if (target || !covers(rule, CONNECT_URL)) return false;
  const isNarrow = rule.resources !== undefined && !rule.resources.includes("*");
  return rule.deny ? isNarrow : !covers(rule, CONNECT);
}

function isAbout(rule: Rule, target: Target | undefined): boolean {
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
    // An empty label is none.
    below.some((label) => label !== "") &&
    labels.slice(-own.length).every((label, index) => label === own[index])
  );
}

/** Whether servers may disagree on where it has its segments, or ends. */
function isUncertain(path: readonly Char[]): boolean {
  return path.some(({ char, escaped }) => escaped && ["/", "\\", "\0"].includes(char));
}

/** Whether the characters are what the pattern says: by trying all lengths that a star may have. */
function matches(glob: Glob, text: readonly Char[], deny: boolean): boolean {
  // For each place in the pattern, the places in the text that it can have reached.
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

/** Unreserved characters are the same escaped (RFC 3986 section 6.2.2.2); who denies takes all as such. */
function isSame(a: Char, b: Char, deny: boolean): boolean {
  return a.char === b.char && (deny || a.escaped === b.escaped || /[\w.~-]/.test(a.char));
}
