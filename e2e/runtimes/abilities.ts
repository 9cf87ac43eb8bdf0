import type { Row } from "../../test/helpers/tables.js";

/** The abilities of the package on a runtime. */
export interface Abilities {
  /** The condition of `exports` that the runtime selects. */
  readonly entry: "node" | "browser";
  readonly backpressure: "socket" | "stream" | "buffer";
  readonly headers: boolean;
  readonly ping: boolean;
  readonly flush: boolean;
  /** The code that is sent for `close(1011)`, which the W3C `WebSocket` refuses to send. */
  readonly sent1011: number;
  /** True if the error of a refused dial contains the HTTP status. */
  readonly status: boolean;
  /** True if a context can deny private networks. */
  readonly guard: boolean;
}

/** The abilities with the entry that opens connections with `ws`. */
const BY_WS: Abilities = {
  entry: "node",
  backpressure: "socket",
  headers: true,
  ping: true,
  flush: true,
  sent1011: 1011,
  status: true,
  guard: true,
};

/** The abilities with the entry that opens connections with the platform's `WebSocket`. */
const BY_WEB_SOCKET: Abilities = {
  entry: "browser",
  backpressure: "buffer",
  headers: false,
  ping: false,
  flush: true,
  sent1011: 4011,
  status: false,
  guard: false,
};

/** The runtimes on which the package is tested, in the order of docs/reference/platforms.md. */
export const RUNTIMES = {
  "Node 20, 22, 24, 26": BY_WS,
  Deno: BY_WS,
  Bun: BY_WS,
  workerd: BY_WEB_SOCKET,
  Chromium: BY_WEB_SOCKET,
  Firefox: BY_WEB_SOCKET,
  WebKit: BY_WEB_SOCKET,
} as const satisfies Readonly<Record<string, Abilities>>;

/** Returns the rows of that page's table of {@link RUNTIMES}, with column names in lower case. */
export function toRows(): Row[] {
  return Object.entries(RUNTIMES).map(([runtime, abilities]) => ({
    runtime,
    entry: `\`${abilities.entry}\``,
    "`backpressure`": `\`"${abilities.backpressure}"\``,
    headers: toWord(abilities.headers),
    ping: toWord(abilities.ping),
    flush: toWord(abilities.flush),
    "`close(1011)` sends": String(abilities.sent1011),
    "a refused dial tells the status": toWord(abilities.status),
    "denies private networks": toWord(abilities.guard),
  }));
}

function toWord(isAble: boolean): string {
  return isAble ? "yes" : "no";
}
