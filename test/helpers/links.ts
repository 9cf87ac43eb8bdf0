import { both, startFaultProxy, WINDOW } from "./fault-proxy.js";
import type { Link } from "./fault-proxy.js";

/**
 * Links on which everything has to work as on a good one. Only the start of what is read at once is
 * split, which is where the heads of frames and all small messages are: the rest would take too long.
 */
export const LINKS: Readonly<Record<string, Link>> = {
  bytes: both({ pieces: (_, offset) => (offset < 150 ? 1 : WINDOW) }),
  pieces: both({ pieces: (random, offset) => (offset < 2_000 ? 1 + random.below(64) : WINDOW) }),
  joined: both({ join: 5 }),
  delayed: both({ delay: 2, jitter: 8 }),
  throttled: both({ rate: 20_000_000 }),
};

/** A server as it is found by its URL, and what leads there. */
export interface LinkedServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * The way to the server at `url`, by one of {@link LINKS}: by default the one that `WSCHAN_LINK` names,
 * so that whole suites can be run over it. Without a name it is the direct one.
 */
export async function linkTo(
  url: string,
  name: string | undefined = process.env.WSCHAN_LINK,
): Promise<LinkedServer> {
  if (name === undefined) return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
  const link = LINKS[name];
  if (link === undefined) throw new Error(`no link ${name}: ${Object.keys(LINKS).join(", ")}`);
  return startFaultProxy(url, link);
}
