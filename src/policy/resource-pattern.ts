import { parseUrl, unixProblem } from "../protocol/url.js";
import { compileGlob } from "./glob.js";
import type { PolicyRule } from "./policy.js";

/** The schemes of Unix sockets. */
const UNIX_SCHEME = /^wss?\+unix:$/;

/** The parts of a URL that rules match separately: see {@link partsOf}. */
type Parts = [
  scheme: string,
  host: string,
  port: string,
  socket: string,
  path: string,
  query: string,
];

/** The parts of a requested URL, decoded once for the allow rules and once for the deny rules. */
export type Subject = Readonly<Record<PolicyRule["effect"], readonly string[]>>;

/**
 * An IPv6 host that contains an IPv4 address: mapped (RFC 4291 section 2.5.5.2), translated (RFC 2765
 * section 2.1), compatible (RFC 4291 section 2.5.5.1), NAT64 (RFC 6052 section 2.1) or 6to4 (RFC 3056
 * section 2). For a socket, a mapped address is the same as the IPv4 address. A translator or a relay may
 * convert the others to that address, so only deny rules treat them as equal.
 */
const EMBEDDED_IPV4 = /^\[(?:(::ffff:|::ffff:0:|::|64:ff9b::)(?=\w+:\w+]$)|2002:)(\w+):(\w*).*/;

/** Returns the parts of a URL that rules match. `socket` is the path of a Unix socket, or `""`. */
function partsOf({ protocol, hostname, port, pathname, search }: URL, deny: boolean): Parts {
  const paths = UNIX_SCHEME.test(protocol) ? pathname : `:${pathname}`;
  const end = paths.search(/:|$/);
  return [
    protocol,
    hostname
      .replace(EMBEDDED_IPV4, (same, prefix: unknown, high: string, low: string) =>
        deny || prefix === "::ffff:"
          ? new URL(`ws://0x${high}${low.padStart(4, "0")}`).hostname
          : same,
      )
      // Removes the trailing dot, which is the DNS root. Replaces a leading dot by a slash, which no
      // "*." matches, because "*." must not match an empty label.
      .replace(/\.$/, "")
      .replace(/^\./, "/"),
    // "" for the default port of the scheme.
    port,
    // "//" is the same as "/" in a file system.
    paths.slice(0, end).replace(/\/+/g, "/"),
    paths.slice(end + 1) || "/",
    search.slice(1),
  ];
}

/**
 * Parses a requested URL for the rules. Some servers, but not all, treat `%2f` and `%5c` as path separators
 * and `%00` as the end of the path. A path that contains one of them cannot be matched reliably: the result
 * is then only scheme, host and port.
 */
export function toSubject(resource: string): Subject {
  const url = parseUrl(resource, { unix: unixProblem, credentials: true });
  const end = /%(2f|5c|00)/i.test(url.pathname) ? 3 : 6;
  const partsFor = (deny: boolean): readonly string[] =>
    partsOf(url, deny).slice(0, end).map(decoder(deny));
  return { allow: partsFor(false), deny: partsFor(true) };
}

/**
 * Returns a function that decodes percent-encoding. For an allow rule it decodes only unreserved characters,
 * which does not change the meaning of a URL (RFC 3986 section 6.2.2.2). For a deny rule it decodes all
 * characters, because a server may do so.
 */
function decoder(deny: boolean): (text: string) => string {
  return (text) =>
    text.replace(/%([\da-f]{2})/gi, (escape: string, hex: string) => {
      const char = String.fromCharCode(parseInt(hex, 16));
      return deny || /[\w.~-]/.test(char) ? char : escape.toUpperCase();
    });
}

/** Groups: scheme; `*.` or `*`; the rest of the host; port; path; query. */
const NET_PATTERN =
  /^((?:ws|http)s?:\/\/)(\*\.|\*(?=[:/?]|$))?([^*@:/?#\\\s]+|\[[\da-f:.]+\])?(:\d+|:\*)?(\/[^?#]*)?(\?[^#]*)?$/i;

/**
 * The same groups, with a socket in place of the host. Does not match "ws+unix://name", which names a host.
 */
const UNIX_PATTERN =
  /^(wss?\+unix:(?:\/\/)?)()(\*|\/(?!\/)[^:?#]+)()(:(?:[/*][^?#]*)?)?(\?[^#]*)?$/i;

/** Compiles a pattern to a function that tests the parts of a URL; `undefined` if the pattern is invalid. */
export function compileResource(
  pattern: string,
  deny: boolean,
): ((url: readonly string[]) => boolean) | undefined {
  // Denying everything includes Unix sockets. Allowing everything does not, because its author probably thought
  // only of hosts.
  if (pattern === "*") return ([scheme = ""]) => deny || !UNIX_SCHEME.test(scheme);
  const match = NET_PATTERN.exec(pattern) ?? UNIX_PATTERN.exec(pattern) ?? [];
  const [, scheme = "", wildcard = "", hostOrSocket = "", port = "", path = "", query = ""] = match;
  if (!wildcard && !hostOrSocket) return undefined;
  let url: URL;
  try {
    // Replaces a "*" in the host with "x", because not every URL parser accepts it.
    url = new URL(
      scheme.replace(/^http/i, "ws") +
        wildcard.replace("*", "x") +
        hostOrSocket.replace(/^\*/, "/*") +
        port.replace(":*", "") +
        path +
        query,
    );
  } catch {
    return undefined;
  }
  // A host with an empty label matches no URL. The pattern is rejected, because it must be a typing error and
  // a deny rule would deny nothing.
  const { hostname } = url;
  if (/^\.|\.\./.test(hostname) || (wildcard === "*." && hostname === "x.")) return undefined;
  const expected = partsOf(url, deny);
  if (wildcard) expected[1] = expected[1].replace("x", "*");
  if (port === ":*") expected[2] = "*";
  if (!path && !query) expected[4] = "*";
  if (!query) expected[5] = "*";
  const globs = expected.map((part) => compileGlob(part, decoder(deny)));
  // Fails closed: if the path of the URL cannot be matched, a deny rule for any path applies, and an allow rule
  // applies only if it does not restrict the path.
  return (parts) =>
    globs.every((glob, i) => {
      const part = parts[i];
      return part === undefined ? deny || glob("") : glob(part);
    });
}
