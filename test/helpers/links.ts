import { both, startFaultProxy, WINDOW } from "./fault-proxy.js";
import type { Link } from "./fault-proxy.js";

/**
 * Links over which everything has to work as over a direct connection. Only the start of each chunk is
 * split: it contains frame headers and all small messages, and splitting the rest would take too long.
 */
export const LINKS: Readonly<Record<string, Link>> = {
  bytes: both({ pieces: (_, offset) => (offset < 150 ? 1 : WINDOW) }),
  pieces: both({ pieces: (random, offset) => (offset < 2_000 ? 1 + random.below(64) : WINDOW) }),
  joined: both({ join: 5 }),
  delayed: both({ delay: 2, jitter: 8 }),
  throttled: both({ rate: 20_000_000 }),
};

/** Descriptions of the {@link LINKS}, for test names: "over a link that ...". */
export const LINK_TEXTS: Readonly<Record<string, string>> = {
  bytes: "splits small messages into single bytes",
  pieces: "splits data into random pieces",
  joined: "joins the writes of 5 ms",
  delayed: "delays data by 2 to 10 ms",
  throttled: "forwards 20 MB/s",
};

/** A URL that leads to a server, directly or through a fault proxy. */
export interface LinkedServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Returns a URL that leads to the server at `url` over one of the {@link LINKS}, or directly if no name
 * is given. The default name is `WSCHAN_LINK`, so that whole suites can be run over a link.
 */
export async function linkTo(
  url: string,
  name: string | undefined = process.env.WSCHAN_LINK,
): Promise<LinkedServer> {
  if (name === undefined) return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
  const link = LINKS[name];
  if (link === undefined) {
    throw new Error(`WSCHAN_LINK: unknown link "${name}"; use ${Object.keys(LINKS).join(", ")}`);
  }
  return startFaultProxy(url, link);
}
