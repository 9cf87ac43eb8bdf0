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
    const where = displayUrl(url);
    throw new WsError(
      resource ? "URL_FORBIDDEN" : "CONNECT_FORBIDDEN",
      `dial ${where}: ${resource ? `not allowed: ${where}` : "websocket connections not allowed"}`,
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
 *   itself), or `*`. One trailing dot is ignored.
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
  if (!Array.isArray(rules)) throw invalidField("rules", "an array of rules", rules);
  const compiled = Array.from(rules, compileRule).sort((a, b) => Number(b.deny) - Number(a.deny));
  return async (request) => {
    const url = request.action === "websocket.connect" ? undefined : comparable(request.resource);
    for (const { deny, applies } of compiled) {
      if (await applies(request, url)) return !deny;
    }
    return false;
  };
}

/** A rule, ready to be asked. */
interface Rule {
  readonly deny: boolean;
  /** Whether it is about this request: its URL, or none for `websocket.connect`. */
  readonly applies: (
    request: PolicyRequest,
    url: readonly string[] | undefined,
  ) => Promise<boolean>;
}

const FIELDS = ["actions", "resources", "effect", "when"];

function compileRule(rule: unknown, index: number): Rule {
  const name = `rules[${index}]`;
  // A deny rule must not fail to deny because of a typing error.
  const picked: Partial<PolicyRule> = pickKnown(`definePolicy: ${name}`, rule, FIELDS);
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
    '"wss://host[:port][/path][?query]", "ws+unix:///socket[:/path][?query]" or "*"',
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
      if (!named || (url && !matches(url))) return false;
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

/** See {@link partsOf}. */
type Parts = [
  scheme: string,
  host: string,
  port: string,
  socket: string,
  path: string,
  query: string,
];

/** The parts of a URL that rules compare. The socket is the path of one; `""` unless `ws+unix:`. */
function partsOf({ protocol, hostname, port, pathname, search }: URL): Parts {
  const paths = UNIX.test(protocol) ? pathname : `:${pathname}`;
  const end = paths.search(/:|$/);
  return [
    protocol,
    // Without the root's dot. An empty label at the front is none that "*." could stand for.
    hostname.replace(/\.$/, "").replace(/^\./, "/"),
    // "" where it is the default port of the scheme.
    port,
    // To a file system "//" is "/".
    paths.slice(0, end).replace(/\/+/g, "/"),
    paths.slice(end + 1) || "/",
    search.slice(1),
  ];
}

/**
 * The parts of the URL that is asked about. A path that escapes what one server takes for a separator
 * or an end, and another does not, cannot be compared: then scheme, host and port are all.
 */
function comparable(resource: string): readonly string[] {
  const url = parseUrl(resource, { unix: unixProblem, credentials: true });
  return partsOf(url).slice(0, /%(2f|5c|00)/i.test(url.pathname) ? 3 : 6);
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
  const wanted = partsOf(url);
  if (star) wanted[1] = wanted[1].replace("x", "*");
  if (port === ":*") wanted[2] = "*";
  if (!path && !query) wanted[4] = "*";
  if (!query) wanted[5] = "*";
  // Fail closed: an allow rule takes as equal what is (RFC 3986 section 6.2.2), a deny rule what a
  // server may take as equal; and so with a path that cannot be compared.
  const globs = wanted.map((part) =>
    compileGlob(part, (text) =>
      text.replace(/%([\da-f]{2})/gi, (escape: string, hex: string) => {
        const char = String.fromCharCode(parseInt(hex, 16));
        return deny || /[\w.~-]/.test(char) ? char : escape.toUpperCase();
      }),
    ),
  );
  return (url) =>
    globs.every((glob, i) => {
      const part = url[i];
      return part === undefined ? deny || glob("") : glob(part);
    });
}

/** Stands for the ends of a text: no URL and no escape yields it. */
const END = "\uffff";

/**
 * A test for texts that match a pattern in which `*` is any run of characters. Each run ends at the
 * first place that fits, and none is tried twice: no pattern makes it slow.
 */
function compileGlob(pattern: string, decode: (text: string) => string): (text: string) => boolean {
  // Split before it is decoded: an escaped "*" is a plain character.
  const pieces = (END + pattern + END).split("*").map((piece) => decode(piece));
  return (raw) => {
    const text = END + decode(raw) + END;
    let at = 0;
    return pieces.every((piece) => {
      const found = text.indexOf(piece, at);
      at = found + piece.length;
      return found >= 0;
    });
  };
}

/** The error of a field that is not what it must be. A text may be a URL with secrets in it. */
function invalidField(field: string, wanted: string, value: unknown): WsError {
  const shown = quote(maskUrl(value));
  return new WsError("INVALID_OPTION", `definePolicy: ${field} must be ${wanted}, not ${shown}`);
}
