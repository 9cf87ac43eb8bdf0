import { WsError } from "./errors.js";
import type { ErrorInit } from "./errors.js";
import { displayUrl, maskUrl, parseUrl, publicUrl } from "./url.js";

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
 * Asks all policies whether `subject` may connect, and then whether to `url`. Rejects with
 * `CONNECT_FORBIDDEN` or `URL_FORBIDDEN` at the first that does not allow it.
 */
export async function authorizeConnect(
  policies: readonly Policy[],
  subject: PolicySubject,
  url: URL,
): Promise<void> {
  await ask(policies, subject, url, "");
  await authorizeUrl(policies, subject, url);
}

/** Asks all policies about `url` alone, as for each redirect. Rejects with `URL_FORBIDDEN`. */
export async function authorizeUrl(
  policies: readonly Policy[],
  subject: PolicySubject,
  url: URL,
): Promise<void> {
  await ask(policies, subject, url, publicUrl(url));
}

/** Asks about a resource: the URL, or `""` for connections as such. */
async function ask(
  policies: readonly Policy[],
  subject: PolicySubject,
  url: URL,
  resource: string,
): Promise<void> {
  for (const policy of policies) {
    let allowed: unknown;
    let init: ErrorInit = {};
    try {
      allowed = await policy(requestFor(subject, resource));
    } catch (cause) {
      init = { cause };
    }
    if (allowed !== true) throw refusal(displayUrl(url), resource, init);
  }
}

function requestFor({ actor, meta }: PolicySubject, resource: string): PolicyRequest {
  return Object.freeze({
    action: resource ? "websocket.connect.url" : "websocket.connect",
    resource,
    ...(resource && { url: new URL(resource) }),
    ...(actor !== undefined && { actor }),
    ...(meta && { meta }),
  });
}

function refusal(where: string, resource: string, init: ErrorInit): WsError {
  return resource
    ? new WsError("URL_FORBIDDEN", `dial ${where}: not allowed: ${where}`, init)
    : new WsError("CONNECT_FORBIDDEN", `dial ${where}: websocket connections not allowed`, init);
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
 *   `ws+unix:` URLs are allowed only by a pattern of their own,
 *   `"ws+unix:///run/app.sock[:/path][?query]"`; without a request path it takes any.
 *
 * Where actions cover both (`"*"`), a deny rule for certain URLs does not deny `websocket.connect`,
 * and `when` is asked for `websocket.connect` too, without a `url`.
 *
 * Throws a {@link WsError} `INVALID_OPTION` that names the field, as `rules[1].effect`.
 */
export function definePolicy(rules: readonly PolicyRule[]): Policy {
  if (!Array.isArray(rules)) throw invalid(`rules is ${show(rules)}`, "use an array of rules");
  const compiled = Array.from(rules, compileRule).sort((a, b) => Number(b.deny) - Number(a.deny));
  return async (request) => {
    const url =
      request.action === "websocket.connect"
        ? undefined
        : partsOf(parseUrl(request.resource, { unix: true, credentials: true }));
    for (const rule of compiled) {
      if (await applies(rule, request, url)) return !rule.deny;
    }
    return false;
  };
}

/** A rule, ready to be asked. */
interface Rule {
  readonly deny: boolean;
  readonly covers: (action: string) => boolean;
  /** Whether it is about some URLs only. */
  readonly narrow: boolean;
  readonly matches: (url: UrlParts) => boolean;
  readonly when: PolicyRule["when"];
}

/** Whether the rule is about this request: its URL, or none for `websocket.connect`. */
async function applies(
  rule: Rule,
  request: PolicyRequest,
  url: UrlParts | undefined,
): Promise<boolean> {
  const named = rule.covers(request.action);
  if (!url && rule.covers("websocket.connect.url")) {
    // Implied; and `when` may be about the URL, which is asked of it next.
    if (!named) return !rule.deny;
    // It would deny all URLs, where it names those it denies.
    if (rule.deny && rule.narrow) return false;
  }
  if (!named || (url && !rule.matches(url))) return false;
  if (!rule.when) return true;
  const answer: unknown = await rule.when(request);
  return rule.deny ? answer !== false : answer === true;
}

const FIELDS = ["actions", "resources", "effect", "when"];

function compileRule(rule: unknown, index: number): Rule {
  const name = `rules[${index}]`;
  if (typeof rule !== "object" || rule === null) {
    throw invalid(`${name} is ${show(rule)}`, `use an object with ${FIELDS.join(", ")}`);
  }
  checkFields(name, rule);
  const { actions, resources = "*", effect, when } = rule as { [K in keyof PolicyRule]?: unknown };
  if (effect !== "allow" && effect !== "deny") {
    throw invalid(`${name}.effect is ${show(effect)}`, 'use "allow" or "deny"');
  }
  if (when !== undefined && typeof when !== "function") {
    throw invalid(`${name}.when is ${show(when)}`, "use a function");
  }
  const deny = effect === "deny";
  return {
    deny,
    covers: compileList(`${name}.actions`, actions, compileAction),
    narrow: ![resources].flat().includes("*"),
    matches: compileList(`${name}.resources`, resources, (pattern, field) =>
      compileResource(pattern, field, deny),
    ),
    when: when as PolicyRule["when"],
  };
}

/** Refuses what it does not know: a deny rule must not fail to deny because of a typing error. */
function checkFields(name: string, rule: object): void {
  const plain = (field: string): string => field.toLowerCase().replace(/[^a-z]|s$/g, "");
  for (const field of Object.keys(rule)) {
    if (FIELDS.includes(field)) continue;
    const meant = FIELDS.find((known) => plain(known) === plain(field));
    throw invalid(
      `${name} has the unknown field ${show(field)}`,
      meant ? `did you mean ${meant}?` : `use ${FIELDS.join(", ")}`,
    );
  }
}

/** Compiles one pattern, or a list of them to a test that passes where any of theirs does. */
function compileList<T>(
  field: string,
  value: unknown,
  compile: (pattern: unknown, field: string) => (subject: T) => boolean,
): (subject: T) => boolean {
  if (!Array.isArray(value)) return compile(value, field);
  const tests = Array.from(value, (pattern, i) => compile(pattern, `${field}[${i}]`));
  return (subject) => tests.some((test) => test(subject));
}

function compileAction(pattern: unknown, field: string): (action: string) => boolean {
  if (typeof pattern === "string" && pattern) return compileGlob(pattern, String);
  throw invalid(`${field} is ${show(pattern)}`, 'use an action such as "websocket.connect.url"');
}

/** The parts of a URL that rules compare. */
interface UrlParts {
  readonly scheme: string;
  /** Without the root's dot; `""` for `ws+unix:`. */
  readonly host: string;
  /** `""` where it is the default port of the scheme. */
  readonly port: string;
  /** The path of the socket; `""` unless `ws+unix:`. */
  readonly socket: string;
  readonly path: string;
  readonly query: string;
  /** Whether it escapes what one server takes for a separator or an end, and another does not. */
  readonly veiled: boolean;
}

function partsOf(url: URL): UrlParts {
  const unix = url.protocol === "ws+unix:";
  const socket = unix ? url.pathname.replace(/:.*/, "") : "";
  return {
    scheme: url.protocol,
    host: url.hostname.replace(/\.$/, ""),
    port: url.port,
    // To a file system "//" is "/".
    socket: socket.replace(/\/+/g, "/"),
    path: unix ? url.pathname.slice(socket.length + 1) || "/" : url.pathname,
    query: url.search.slice(1),
    veiled: /%(2f|5c|00)/i.test(url.pathname),
  };
}

/** A pattern for URLs: a URL to compare with, and where not to. */
interface UrlPattern {
  readonly url: URL;
  /** Whether it is about the hosts below this one. */
  readonly below: boolean;
  readonly anyHost: boolean;
  readonly anyPort: boolean;
  readonly anyPath: boolean;
  readonly anyQuery: boolean;
}

function compileResource(
  pattern: unknown,
  field: string,
  deny: boolean,
): (url: UrlParts) => boolean {
  // What denies all denies Unix sockets as well; what allows all was written with hosts in mind.
  if (pattern === "*") return (url) => deny || url.scheme !== "ws+unix:";
  const parsed =
    typeof pattern === "string"
      ? (parseNetPattern(pattern) ?? parseUnixPattern(pattern))
      : undefined;
  if (parsed) return compilePattern(parsed, deny);
  throw invalid(
    `${field} is ${show(pattern)}`,
    'use "wss://host[:port][/path][?query]" without credentials or fragment, where the host may ' +
      'be "*" or begin with "*.", or "ws+unix:///run/app.sock[:/path][?query]", or "*"',
  );
}

function parseNetPattern(text: string): UrlPattern | undefined {
  const parts = /^(?:ws|http)(s?):\/\/([^\s/?#\\]+)(\/[^?#]*)?(\?[^#]*)?$/i.exec(text);
  const [, s = "", authority = "", path, query] = parts ?? [];
  const host = /^(\*\.)?(\*|\[[\da-f:.]+\]|[^*@:[\]]+)(?::(\d+|\*))?$/i.exec(authority);
  if (!host) return undefined;
  const [, below, name = "", port] = host;
  const anyHost = name === "*";
  const anyPort = port === "*";
  const server = (anyHost ? "host" : name) + (port && !anyPort ? `:${port}` : "");
  const url = tryUrl(`ws${s}://${server}${path ?? ""}${query ?? ""}`);
  if (!url || !isHost(partsOf(url).host) || (below && (anyHost || isAddress(url.hostname)))) {
    return undefined;
  }
  return {
    url,
    below: below !== undefined,
    anyHost,
    anyPort,
    anyPath: (path ?? query) === undefined,
    anyQuery: query === undefined,
  };
}

function parseUnixPattern(text: string): UrlPattern | undefined {
  // "ws+unix://host" would be a host; "//" may be left out, as in URLs.
  const match =
    /^ws\+unix:(?:\/\/(?=[/*])|(?!\/\/))(\*|\/[^:?#]+)(:(?:[/*][^?#]*)?)?(\?[^#]*)?$/i.exec(text);
  if (!match) return undefined;
  const [, socket = "", path, query] = match;
  const url = tryUrl(`ws+unix://${socket.replace(/^\*/, "/*")}${path ?? ""}${query ?? ""}`);
  return (
    url && {
      url,
      below: false,
      anyHost: false,
      anyPort: false,
      anyPath: (path ?? query) === undefined,
      anyQuery: query === undefined,
    }
  );
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Whether no label is empty. A host that cannot be met is a slip, and a hole in a deny rule. */
function isHost(host: string): boolean {
  return !host.split(".").includes("");
}

/** Whether a parsed host is an IP address: there is nothing below it. */
function isAddress(host: string): boolean {
  return host.startsWith("[") || /^(\d+\.){3}\d+$/.test(host);
}

function compilePattern(pattern: UrlPattern, deny: boolean): (url: UrlParts) => boolean {
  const { anyHost, below, anyPort, anyPath, anyQuery } = pattern;
  const want = partsOf(pattern.url);
  // Fail closed: an allow rule takes as equal what is, a deny rule what a server may take as equal.
  const decode = deny ? decodeAll : decodeUnreserved;
  const socket = compileGlob(want.socket, decode);
  const path = compileGlob(want.path, decode);
  const query = compileGlob(want.query, decode);
  const isServer = (url: UrlParts): boolean =>
    url.scheme === want.scheme &&
    (anyHost || (below ? isBelow(url.host, want.host) : url.host === want.host)) &&
    (anyPort || url.port === want.port);
  return (url) => {
    if (!isServer(url)) return false;
    if (url.veiled && (want.socket || !anyPath)) return deny;
    return socket(url.socket) && (anyPath || path(url.path)) && (anyQuery || query(url.query));
  };
}

function isBelow(host: string, domain: string): boolean {
  return host.endsWith(`.${domain}`) && host.length > domain.length + 1;
}

/** All escapes as the bytes they stand for, each a character: also half of what UTF-8 encodes. */
function decodeAll(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, byteOf);
}

/** RFC 3986 section 6.2.2: escapes of unreserved characters equal those, and hex has no case. */
function decodeUnreserved(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (escape) => {
    const char = byteOf(escape);
    return /[\w.~-]/.test(char) ? char : escape.toUpperCase();
  });
}

function byteOf(escape: string): string {
  return String.fromCharCode(parseInt(escape.slice(1), 16));
}

/**
 * A test for texts that match a pattern in which `*` is any run of characters. Each run ends at the
 * first place that fits, and none is tried twice: no pattern makes it slow.
 */
function compileGlob(pattern: string, decode: (text: string) => string): (text: string) => boolean {
  // Split before it is decoded: an escaped "*" is a plain character.
  const [first = "", ...pieces] = pattern.split("*").map((piece) => decode(piece));
  const last = pieces.pop();
  return (raw) => {
    const text = decode(raw);
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of pieces) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

function invalid(problem: string, advice: string): WsError {
  return new WsError("INVALID_OPTION", `definePolicy: ${problem}: ${advice}`);
}

/** A value for an error. Texts may be URLs with secrets in them. */
function show(value: unknown): string {
  return typeof value === "string" ? maskUrl(value) : String(value && typeof value);
}
