import type { ErrorCode } from "../errors/error-codes.js";
import { quote } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";

/** The capabilities of the platform that determine which URLs are valid. */
export interface UrlRules {
  /** Returns the problem of a URL that is neither `ws:` nor `wss:`. Absent if there are no other schemes. */
  readonly unix?: ((url: URL) => string | undefined) | undefined;
  /** True if the platform can send the credentials of a URL. */
  readonly credentials: boolean;
  /** The URL of the page, against which relative URLs are resolved. Without it they are `INVALID_URL`. */
  readonly base?: string | undefined;
}

/**
 * Parses the URL to dial, and returns a new object. `http:` becomes `ws:`, and `https:` becomes `wss:`
 * (WHATWG WebSockets, `new WebSocket()`). Relative URLs are resolved against the URL of an `http:` or
 * `https:` page.
 *
 * The format of a `ws+unix:` URL is `ws+unix:///run/app.sock:/path?query`: the absolute path of a socket,
 * in which `%`, `:`, `?` and `#` must be percent-encoded, optionally followed by a `:` and the path to
 * request, which is `/` by default. `wss+unix:` is the same with TLS.
 *
 * Throws a {@link WsError}: `INVALID_URL` for text that is not a URL, an unsupported scheme, a fragment,
 * and a `ws+unix:` URL with a host or without a socket; `UNSUPPORTED` for credentials if the platform
 * cannot send them. The message shows no credentials, query or fragment.
 */
export function parseUrl(input: string | URL, { unix, credentials, base }: UrlRules): URL {
  // Tests for `href` instead of using `instanceof`, because a URL may come from another realm.
  const text: unknown = (input as Partial<URL> | null)?.href ?? input;
  const urlError = (problem: string, code: ErrorCode = "INVALID_URL"): WsError =>
    new WsError(code, `connect: ${quote(maskUrl(text))} ${problem}`);
  const url = resolve(text, base);
  if (!url) throw urlError("is not an absolute URL: use ws://host/path");
  if (!/^wss?:$/.test(url.protocol)) {
    const problem = unix ? unix(url) : "has the wrong scheme: use ws: or wss:";
    if (problem) throw urlError(problem);
  }
  // `hash` is empty for an empty fragment, too. No other part of a parsed URL can contain a "#".
  if (url.href.includes("#")) throw urlError("has a fragment: remove it");
  if (!credentials && (url.username || url.password)) {
    throw urlError("has credentials: use a subprotocol, the query or a cookie", "UNSUPPORTED");
  }
  return url;
}

/** Returns the problem of a URL that should name a Unix socket; `undefined` if it is valid. */
export function unixProblem({ protocol, host, pathname }: URL): string | undefined {
  if (!/^wss?\+unix:$/.test(protocol)) return "has the wrong scheme: use ws:, wss: or ws+unix:";
  // The operating system would truncate the path at a NUL. Only a leading one is valid, for a socket in the
  // abstract namespace of Linux.
  const isSocketPath = !host && /^\/(?![^:]+%00)[^:]+(:(\/.*)?)?$/.test(pathname);
  return isSocketPath ? undefined : "names no socket: use ws+unix:///socket:/path";
}

function resolve(text: unknown, base: string | undefined): URL | undefined {
  if (typeof text !== "string") return undefined;
  try {
    // A URL relative to the page of an extension or a file cannot be dialled. The credentials of the page are
    // removed, because the caller did not pass them.
    const page = base?.startsWith("http") ? publicUrl(new URL(base)) : undefined;
    // Replaces the scheme in the text and parses it again, so that a default port stays the default and
    // "https://h:80" keeps its port.
    return new URL(new URL(text, page).href.replace(/^http(?=s?:)/, "ws"));
  } catch {
    return undefined;
  }
}

/**
 * Returns a URL for errors and logs: without credentials and fragment, and with `query` in place of any query.
 */
export function displayUrl(url: URL, query = "?..."): string {
  return publicUrl(url).replace(/\?.*/, query);
}

/** Returns a URL without credentials and fragment, but with its query. */
export function publicUrl({ href, protocol, host, pathname, search }: URL): string {
  const text = `${protocol}//${host}${pathname}${search}`;
  // Usually they are equal, and returning `href` avoids a second string for each connection.
  return text === href ? href : text;
}

/**
 * Returns true if two URLs have the same scheme, host and port; for `ws+unix:`, the same scheme and socket.
 */
export function sameOrigin(a: URL, b: URL): boolean {
  return originOf(a) === originOf(b);
}

function originOf(url: URL): string {
  return url.protocol + (url.host || url.pathname.replace(/:.*/, ""));
}

/**
 * Returns a value that should be a URL for an error message: without anything that may be credentials, a
 * query or a fragment. Returns values other than strings unchanged.
 */
export function maskUrl(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return (
    value
      // An "@" after a "?" may still end credentials, if they are not escaped: "ws://me:pa?ss@host".
      .replace(/^.*@/s, (start) => (/[?#]/.test(start) ? "...?" : "...@"))
      .replace(/[?#].*/s, "")
  );
}
