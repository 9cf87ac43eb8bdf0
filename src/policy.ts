import { pickKnown, quote, WsError } from "./errors.js";
import { displayUrl, maskUrl, parseUrl, publicUrl, unixProblem } from "./url.js";

/** The schemes of Unix sockets. */
const UNIX = /^wss?\+unix:$/;

/** What a policy is asked about: to connect at all, then to connect to one URL. */
export type PolicyAction = "websocket.connect" | "websocket.connect.url";

/** One question to a {@link Policy}. Frozen, and each policy gets its own. */
export interface PolicyRequest {
  readonly action: PolicyAction;
  /** The normalised URL without credentials; `""` for `websocket.connect`. */
  readonly resource: string;
  /** The same, parsed: a copy, and only with `websocket.connect.url`. */
  readonly url?: URL;
  /** Who asks: option `actor` of the context. */
  readonly actor?: unknown;
  /** What else is known: option `meta`. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * Answers whether a connection is allowed. Only `true`, or a promise of it, allows; anything else
 * refuses, and so does a policy that throws or rejects: the error's `cause` is what it threw.
 */
export type Policy = (request: PolicyRequest) => boolean | Promise<boolean>;

/** One rule of {@link definePolicy}. */
export interface PolicyRule {
  /**
   * The actions this rule is about; `*` stands for any run of characters. An allow rule for
   * `websocket.connect.url` implies `websocket.connect`.
   */
  readonly actions: string | readonly string[];
  /**
   * The URLs this rule is about, as `"scheme://host[:port][/path][?query]"` or `"*"`: see
   * {@link definePolicy}. Default: all of them. An empty list is none. `websocket.connect` ignores
   * it.
   */
  readonly resources?: string | readonly string[];
  /** What the rule does where it applies. A deny rule beats all allow rules. */
  readonly effect: "allow" | "deny";
  /**
   * A further condition, asked last. Unless it answers `true` an allow rule does not apply; unless
   * it answers `false` a deny rule does. What it throws refuses the connection. Not asked for a
   * `websocket.connect` that is merely implied.
   */
  readonly when?: (request: PolicyRequest) => boolean | Promise<boolean>;
}

/** On whose behalf a policy is asked. */
export interface PolicySubject {
  readonly actor?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Asks all policies about a resource: the URL, or `""` for connections as such. Rejects with
 * `URL_FORBIDDEN` or `CONNECT_FORBIDDEN` at the first that does not allow it.
 */
export async function authorize(
  policies: readonly Policy[],
  { actor, meta }: PolicySubject,
  url: URL,
  resource: string = publicUrl(url),
): Promise<void> {
  for (const policy of policies) {
    let allowed: unknown;
    let cause: unknown;
    try {
      allowed = await policy(
        Object.freeze({
          action: resource ? "websocket.connect.url" : "websocket.connect",
          resource,
          ...(resource && { url: new URL(resource) }),
          ...(actor !== undefined && { actor }),
          ...(meta && { meta }),
        }),
      );
    } catch (error) {
      cause = error;
    }
    if (allowed === true) continue;
    throw new WsError(
      resource ? "URL_FORBIDDEN" : "CONNECT_FORBIDDEN",
      `dial ${displayUrl(url)}: not allowed by the policy`,
      { cause },
    );
  }
}

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

/** The parts of a URL that rules compare: see {@link partsOf}. */
type Parts = [
  scheme: string,
  host: string,
  port: string,
  socket: string,
  path: string,
  query: string,
];

/** The parts of a requested URL, decoded once for all rules of each effect. */
type Subject = Readonly<Record<PolicyRule["effect"], readonly string[]>>;

/**
 * An IPv6 host that contains an IPv4 address: mapped (RFC 4291 section 2.5.5.2), translated (RFC 2765 section
 * 2.1), compatible (RFC 4291 section 2.5.5.1), NAT64 (RFC 6052 section 2.1) or 6to4 (RFC 3056 section 2). To a
 * socket a mapped address is the IPv4 address. The others may become it in a translator or a relay, so only
 * deny rules treat them as equal.
 */
const EMBEDDED = /^\[(?:(::ffff:|::ffff:0:|::|64:ff9b::)(?=\w+:\w+]$)|2002:)(\w+):(\w*).*/;

/** The parts of a URL that rules compare. The socket is the path of one; `""` unless `ws+unix:`. */
function partsOf({ protocol, hostname, port, pathname, search }: URL, deny: boolean): Parts {
  const paths = UNIX.test(protocol) ? pathname : `:${pathname}`;
  const end = paths.search(/:|$/);
  return [
    protocol,
    hostname
      .replace(EMBEDDED, (same, prefix: unknown, high: string, low: string) =>
        deny || prefix === "::ffff:"
          ? new URL(`ws://0x${high}${low.padStart(4, "0")}`).hostname
          : same,
      )
      // Without the root's dot. An empty label at the front is none that "*." could stand for.
      .replace(/\.$/, "")
      .replace(/^\./, "/"),
    // "" where it is the default port of the scheme.
    port,
    // To a file system "//" is "/".
    paths.slice(0, end).replace(/\/+/g, "/"),
    paths.slice(end + 1) || "/",
    search.slice(1),
  ];
}

/**
 * Decodes a requested URL for the rules. A path with an escape that some servers treat as a separator or
 * as its end, and others do not, cannot be compared: only scheme, host and port are left of it.
 */
function toSubject(resource: string): Subject {
  const url = parseUrl(resource, { unix: unixProblem, credentials: true });
  const end = /%(2f|5c|00)/i.test(url.pathname) ? 3 : 6;
  const partsFor = (deny: boolean): readonly string[] =>
    partsOf(url, deny).slice(0, end).map(decoder(deny));
  return { allow: partsFor(false), deny: partsFor(true) };
}

/**
 * Makes a function that decodes the percent-escapes which do not change the meaning: for an allow rule
 * those of unreserved characters (RFC 3986 section 6.2.2.2), for a deny rule all of them, because a server
 * may do so.
 */
function decoder(deny: boolean): (text: string) => string {
  return (text) =>
    text.replace(/%([\da-f]{2})/gi, (escape: string, hex: string) => {
      const char = String.fromCharCode(parseInt(hex, 16));
      return deny || /[\w.~-]/.test(char) ? char : escape.toUpperCase();
    });
}

/** Scheme; `*.` or `*`; the rest of the host; port; path; query. */
const NET_PATTERN =
  /^((?:ws|http)s?:\/\/)(\*\.|\*(?=[:/?]|$))?([^*@:/?#\\\s]+|\[[\da-f:.]+\])?(:\d+|:\*)?(\/[^?#]*)?(\?[^#]*)?$/i;

/** The same with a socket in the place of the host. "ws+unix://host" would be a host. */
const UNIX_PATTERN =
  /^(wss?\+unix:(?:\/\/)?)()(\*|\/(?!\/)[^:?#]+)()(:(?:[/*][^?#]*)?)?(\?[^#]*)?$/i;

/** Compiles a pattern to a test for the parts of a URL; `undefined` if it is none. */
function compileResource(
  pattern: string,
  deny: boolean,
): ((url: readonly string[]) => boolean) | undefined {
  // What denies all denies Unix sockets as well; what allows all was written with hosts in mind.
  if (pattern === "*") return ([scheme = ""]) => deny || !UNIX.test(scheme);
  const match = NET_PATTERN.exec(pattern) ?? UNIX_PATTERN.exec(pattern) ?? [];
  const [, scheme = "", star = "", server = "", port = "", path = "", query = ""] = match;
  if (!star && !server) return undefined;
  let url: URL;
  try {
    // "x" stands in for a "*" in the host, which not every parser takes.
    url = new URL(
      scheme.replace(/^http/i, "ws") +
        star.replace("*", "x") +
        server.replace(/^\*/, "/*") +
        port.replace(":*", "") +
        path +
        query,
    );
  } catch {
    return undefined;
  }
  // A host with an empty label cannot be met: a slip, and a hole in a deny rule.
  const { hostname } = url;
  if (/^\.|\.\./.test(hostname) || (star === "*." && hostname === "x.")) return undefined;
  const wanted = partsOf(url, deny);
  if (star) wanted[1] = wanted[1].replace("x", "*");
  if (port === ":*") wanted[2] = "*";
  if (!path && !query) wanted[4] = "*";
  if (!query) wanted[5] = "*";
  const globs = wanted.map((part) => compileGlob(part, decoder(deny)));
  // Fail closed: without a path that can be compared, a deny rule for any path applies.
  return (parts) =>
    globs.every((glob, i) => {
      const part = parts[i];
      return part === undefined ? deny || glob("") : glob(part);
    });
}

/**
 * Compiles a pattern in which `*` matches any run of characters; `decode` decodes the pieces between
 * them. The test is linear in the text: it searches once for each piece, after the one before it.
 */
function compileGlob(
  pattern: string,
  decode: (piece: string) => string,
): (text: string) => boolean {
  // Split before decoding: an escaped "*" is an ordinary character.
  const pieces = pattern.split("*").map(decode);
  return (text) => {
    let end = 0;
    const isFound = (piece: string, index: number): boolean => {
      const from = end;
      const start =
        index > 0 && index === pieces.length - 1
          ? text.lastIndexOf(piece)
          : text.indexOf(piece, from);
      end = start + piece.length;
      return index ? start >= from : !start;
    };
    return pieces.every(isFound) && end === text.length;
  };
}

/** The error of a field that is not what it must be. A text may be a URL with secrets in it. */
function invalidField(field: string, wanted: string, value: unknown): WsError {
  const shown = quote(maskUrl(value));
  return new WsError("INVALID_OPTION", `definePolicy: ${field} must be ${wanted}, not ${shown}`);
}
