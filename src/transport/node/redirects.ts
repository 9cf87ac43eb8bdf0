import { WsError } from "../../errors/ws-error.js";
import type { DialOptions } from "../../protocol/dial.js";
import { displayUrl, parseUrl, sameOrigin, unixProblem } from "../../protocol/url.js";
import { crossOriginProblem, withoutPrivateOptions } from "./cross-origin-options.js";
import { redirectLocation } from "../../protocol/refusal.js";

const DEFAULT_MAX_REDIRECTS = 5;

/** The target of one dial, and the options to dial it with. */
export interface Hop {
  readonly url: URL;
  readonly options: DialOptions;
}

/**
 * Returns the target that a rejected dial redirects to. Throws `rejection` itself if it is not a redirect or
 * redirects are not followed, and another error if the redirect is not allowed.
 */
export function followRedirect(from: Hop, rejection: unknown, redirectCount: number): Hop {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = WsError.is(rejection) ? redirectLocation(rejection.details) : undefined;
  if (location === undefined || !followRedirects) throw rejection;
  const label = displayUrl(from.url);
  if (redirectCount >= maxRedirects) {
    throw new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: more redirects than node.maxRedirects (${maxRedirects}); ` +
        "raise it, or dial the final URL",
      { details: (rejection as WsError).details },
    );
  }
  const url = parseLocation(from.url, location, rejection as WsError);
  const isSameOrigin = sameOrigin(from.url, url);
  const problem =
    targetProblem(from.url, url) ?? (isSameOrigin ? undefined : crossOriginProblem(from.options));
  if (problem !== undefined) {
    const operation = `dial ${label}: redirect to ${displayUrl(url)} not allowed`;
    throw new WsError("URL_FORBIDDEN", `${operation}: ${problem}`);
  }
  if (!isSameOrigin) return { url, options: withoutPrivateOptions(from.options) };
  url.username = from.url.username;
  url.password = from.url.password;
  return { url, options: from.options };
}

/**
 * Resolves a `Location` against the URL that was dialled (RFC 9110 section 10.2.2), without credentials: those
 * in a `Location` are the server's choice.
 */
function parseLocation(from: URL, location: string, rejection: WsError): URL {
  try {
    const url = parseUrl(new URL(location, from), { unix: unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    // Without a cause, because Node's message contains both URLs with their credentials and queries.
    throw new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${displayUrl(from)}: redirect to a Location that is not a ws: or wss: URL; see details.headers`,
      { details: rejection.details },
    );
  }
}

/** Returns the reason why no redirect may lead from one URL to the other, if there is one. */
function targetProblem(from: URL, to: URL): string | undefined {
  if (to.protocol.endsWith("+unix:")) return "a redirect must not lead to a Unix socket";
  if (from.protocol.startsWith("wss") && to.protocol === "ws:") {
    return "a redirect must not lead from TLS to a connection without TLS";
  }
  return undefined;
}
