import type { ErrorCode } from "../errors/error-codes.js";
import { quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

/** What this platform can do with a URL. */
export interface UrlRules {
  /** Says what is wrong with a URL that is neither `ws:` nor `wss:`; absent where there are no others. */
  readonly unix?: ((url: URL) => string | undefined) | undefined;
  /** Whether it can send the credentials of a URL. */
  readonly credentials: boolean;
  /** What relative URLs resolve against: the page's URL. Without it they are refused. */
  readonly base?: string | undefined;
}

/**
 * Parses the URL to dial, into a new object. `http:` becomes `ws:`, `https:` becomes `wss:`; relative
 * URLs resolve against a page of `http:` or `https:`. A `ws+unix:` URL is
 * `ws+unix:///run/app.sock:/path?query`: the absolute path of a socket, percent-encoded where it holds
 * `%`, `:`, `?` or `#`, then optionally a `:` and the path to request, by default `/`. `wss+unix:` is the
 * same with TLS.
 *
 * Throws a {@link WsError}: `INVALID_URL` for what is not a URL, another scheme, a fragment, and a
 * `ws+unix:` URL with a host or without a socket; `UNSUPPORTED` for credentials where the platform
 * cannot send them. Its message shows no credentials, query or fragment.
 */
export function parseUrl(input: string | URL, { unix, credentials, base }: UrlRules): URL {
  // By its shape: a URL of another realm is no instance of this one's class.
  const text: unknown = (input as Partial<URL> | null)?.href ?? input;
  const refusal = (problem: string, code: ErrorCode = "INVALID_URL"): WsError =>
    new WsError(code, `connect: ${quote(maskUrl(text))} ${problem}`);
  const url = resolve(text, base);
  if (!url) throw refusal("is not an absolute URL: use ws://host/path");
  if (!/^wss?:$/.test(url.protocol)) {
    const problem = unix ? unix(url) : "has another scheme: use ws: or wss:";
    if (problem) throw refusal(problem);
  }
  // Not `hash`, which hides an empty fragment. No other part can hold a "#" once it is parsed.
  if (url.href.includes("#")) throw refusal("has a fragment: leave it out");
  if (!credentials && (url.username || url.password)) {
    throw refusal("has credentials: use a subprotocol, the query or a cookie", "UNSUPPORTED");
  }
  return url;
}

/** Says what is wrong with a URL that should name a Unix socket; `undefined` if nothing is. */
export function unixProblem({ protocol, host, pathname }: URL): string | undefined {
  if (!/^wss?\+unix:$/.test(protocol)) return "has another scheme: use ws:, wss: or ws+unix:";
  // A NUL would end the path for the system; at its front it marks an abstract socket of Linux.
  const names = !host && /^\/(?![^:]+%00)[^:]+(:(\/.*)?)?$/.test(pathname);
  return names ? undefined : "names no socket: use ws+unix:///socket:/path";
}

function resolve(text: unknown, base: string | undefined): URL | undefined {
  if (typeof text !== "string") return undefined;
  try {
    // Nothing can be dialled relative to a page of an extension or a file. A page's own credentials are
    // not the caller's: URLs relative to it must not inherit them.
    const page = base?.startsWith("http") ? publicUrl(new URL(base)) : undefined;
    // In the text, and parsed again: a default port stays default, "https://h:80" keeps its port.
    return new URL(new URL(text, page).href.replace(/^http(?=s?:)/, "ws"));
  } catch {
    return undefined;
  }
}

/** A URL for errors and logs: no credentials, no fragment, and `?...` for any query. */
export function displayUrl(url: URL): string {
  return publicUrl(url).replace(/\?.*/, "?...");
}

/** The text of a URL without its credentials; the query stays. */
export function publicUrl({ href, protocol, host, pathname, search }: URL): string {
  const text = `${protocol}//${host}${pathname}${search}`;
  // Mostly they are the same, and each connection keeps one.
  return text === href ? href : text;
}

/** True if two URLs share scheme, host and port; for `ws+unix:`, scheme and socket. */
export function sameOrigin(a: URL, b: URL): boolean {
  return originOf(a) === originOf(b);
}

function originOf(url: URL): string {
  return url.protocol + (url.host || url.pathname.replace(/:.*/, ""));
}

/**
 * A value that should be a URL, for an error: without what may be credentials, a query or a fragment.
 */
export function maskUrl(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return (
    value
      // An "@" behind a "?" may still end credentials, if nobody escaped them: "ws://me:pa?ss@host".
      .replace(/^.*@/s, (start) => (/[?#]/.test(start) ? "...?" : "...@"))
      .replace(/[?#].*/s, "")
  );
}
