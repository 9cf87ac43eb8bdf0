import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { interceptDials } from "../context/interception.js";
import { compileResource, toSubject } from "../policy/resource-pattern.js";
import type { Platform } from "../protocol/dial.js";
import { publicUrl } from "../protocol/url.js";

/** An open server. */
interface Entry {
  readonly pattern: string;
  readonly platform: Platform;
  readonly matches: (url: readonly string[]) => boolean;
  /** The line of the test that created it. */
  readonly origin: string;
}

let entries: readonly Entry[] = [];

/**
 * Sends the dials to URLs that match the pattern to a platform, until the returned function is called. Of several
 * that match, the newest gets the dial. Throws `INVALID_OPTION` for an invalid pattern, and if there is an entry with
 * the same one, because then an earlier test has not closed its server.
 */
export function register(pattern: string, platform: Platform): () => void {
  const matches = typeof pattern === "string" ? compileResource(pattern, false) : undefined;
  if (!matches) throw invalid("TestServer: pattern", "a pattern as in policies", pattern);
  const twin = entries.find((entry) => comparable(entry.pattern) === comparable(pattern));
  if (twin) {
    throw new WsError(
      "INVALID_OPTION",
      `TestServer: a server for ${pattern} is open already; close it first. It was created ${twin.origin}`,
    );
  }
  const entry: Entry = { pattern, platform, matches, origin: callerOf() };
  entries = [entry, ...entries];
  interceptDials(find);
  return () => {
    entries = entries.filter((other) => other !== entry);
    if (entries.length === 0) interceptDials(undefined);
  };
}

/** Returns a pattern with its scheme and host in lower case, because their case has no meaning (RFC 3986 6.2.2.1). */
function comparable(pattern: string): string {
  return pattern.replace(/^[^/]*\/\/[^/?#]*/, (start) => start.toLowerCase());
}

/** Returns the platform of the server for a URL. Its events are published as those of the platform that it replaces. */
function find(url: URL, { observerOf }: Platform): Platform | undefined {
  const { allow } = toSubject(publicUrl(url));
  const found = entries.find(({ matches }) => matches(allow));
  return found && { ...found.platform, observerOf };
}

/** Returns the first line of the stack outside of this package: "at test.ts:5:20". */
function callerOf(): string {
  const lines = new Error().stack?.split("\n") ?? [];
  // The frames of this function, of `register` and of the constructors.
  const line = lines.find((text) => /:\d+:\d+/.test(text) && !isOwn(text));
  return line?.trim() ?? "at an unknown place";
}

function isOwn(line: string): boolean {
  return /callerOf|register|TestServer/.test(line);
}
