import { WsError } from "./errors.js";
import type { ErrorCode } from "./errors.js";

/** What this platform can do with a URL. */
export interface UrlRules {
  /** Whether it dials `ws+unix:` URLs. */
  readonly unix: boolean;
  /** Whether it can send the credentials of a URL. */
  readonly credentials: boolean;
  /** What relative URLs resolve against: the page's URL. Without it they are refused. */
  readonly base?: string | undefined;
}

/**
 * The URL to dial, always a fresh one. `http:` becomes `ws:`, `https:` becomes `wss:`; relative
 * URLs resolve against the page. A `ws+unix:` URL is `ws+unix:///run/app.sock:/path?query`: the
 * absolute path of a socket, then perhaps a `:` and the path to request, by default `/`.
 *
 * Throws a {@link WsError}: `INVALID_URL` for what is not a URL, another scheme, a fragment, and a
 * `ws+unix:` URL with a host or without a socket; `UNSUPPORTED` for `ws+unix:` or credentials where
 * the platform cannot take them. Its message shows no credentials, query or fragment.
 */
export function parseUrl(input: string | URL, rules: UrlRules): URL {
  const given: unknown = input;
  // By its shape: a URL of another realm is no instance of this one's class.
  const text = typeof given === "string" ? given : (given as { href?: unknown } | null)?.href;
  if (typeof text !== "string") {
    throw new WsError(
      "INVALID_URL",
      `connect: the URL must be a string or a URL, not ${given === null ? "null" : typeof given}`,
    );
  }
  const refuse = (code: ErrorCode, problem: string): never => {
    throw new WsError(code, `connect: ${maskUrl(text)} ${problem}`);
  };
  const url = resolve(text, rules.base);
  if (!url) return refuse("INVALID_URL", "is not a URL: use ws://host/path or wss://host/path");
  if (!/^(wss?|ws\+unix):$/.test(url.protocol)) {
    refuse("INVALID_URL", "has another scheme: use ws:, wss:, http: or https:");
  }
  // Not `url.hash`, which hides an empty fragment. No other part can hold a "#" once it is parsed.
  if (url.href.includes("#")) refuse("INVALID_URL", 'has a fragment: leave out "#" and the rest');
  if (url.protocol === "ws+unix:") {
    if (!rules.unix) refuse("UNSUPPORTED", "is a Unix socket, for Node alone: use ws: or wss:");
    if (url.host || !/^\/[^:]+(:(\/.*)?)?$/.test(url.pathname)) {
      refuse("INVALID_URL", "names no socket: use ws+unix:///run/app.sock:/path");
    }
  }
  if (!rules.credentials && (url.username || url.password)) {
    refuse(
      "UNSUPPORTED",
      "holds credentials, which cannot be sent from here: use a subprotocol, the query or a cookie",
    );
  }
  return url;
}

function resolve(text: string, base: string | undefined): URL | undefined {
  try {
    // A page's own credentials are not the caller's: they do not pass on to what is relative to it.
    const page = base && publicUrl(new URL(base));
    // In the text, and parsed again: a default port stays default, "https://h:80" keeps its port.
    return new URL(new URL(text, page).href.replace(/^http(?=s?:)/, "ws"));
  } catch {
    return undefined;
  }
}

/** A URL for errors and logs: no credentials, no fragment, and `?...` for any query. */
export function displayUrl(url: URL): string {
  return publicUrl(url).replace(/[?#].*/, "") + (url.search && "?...");
}

/** The text of a URL without its credentials; the query stays. */
export function publicUrl(url: URL): string {
  const copy = new URL(url.href);
  copy.username = copy.password = "";
  return copy.href;
}

/** Whether two URLs share scheme, host and port; for `ws+unix:`, scheme and socket. */
export function sameOrigin(a: URL, b: URL): boolean {
  return originOf(a) === originOf(b);
}

function originOf(url: URL): string {
  return url.protocol + (url.host || url.pathname.replace(/:.*/, ""));
}

/**
 * A text that may be no URL, quoted for an error: cut to 60 characters, and without what may be
 * credentials, a query or a fragment.
 */
export function maskUrl(text: string): string {
  const end = text.search(/[?#]|$/);
  const at = text.lastIndexOf("@");
  // An "@" behind a "?" may still end credentials, if nobody escaped them: "ws://me:pa?ss@host".
  const shown = at < 0 ? text.slice(0, end) : "..." + (at < end ? text.slice(at, end) : "");
  return JSON.stringify(shown.length > 60 ? shown.slice(0, 60) + "..." : shown);
}
