import { parseUrl, unixProblem } from "../protocol/url.js";
import { compileGlob } from "./glob.js";
import type { PolicyRule } from "./policy.js";

/** The schemes of Unix sockets. */
const UNIX = /^wss?\+unix:$/;

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
export type Subject = Readonly<Record<PolicyRule["effect"], readonly string[]>>;

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
export function toSubject(resource: string): Subject {
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
export function compileResource(
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
