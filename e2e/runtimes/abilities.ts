import type { Row } from "../../test/helpers/tables.js";

/** What the package can do on a runtime. */
export interface Abilities {
  /** The condition by which its `exports` are chosen. */
  readonly entry: "node" | "browser";
  readonly backpressure: "socket" | "stream" | "buffer";
  readonly headers: boolean;
  readonly ping: boolean;
  readonly flush: boolean;
  /** The code that goes out for 1011, which the W3C `WebSocket` refuses to send. */
  readonly sent1011: number;
  /** Whether a refused dial tells the server's status. */
  readonly status: boolean;
  /** Whether a context can deny private networks. */
  readonly guard: boolean;
}

/** Of the entry that opens connections with `ws`. */
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

/** Of the entry that opens connections with the platform's `WebSocket`. */
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

/** The runtimes that the package is tested on, as the README lists them. */
export const RUNTIMES = {
  "Node 20, 22, 24, 26": BY_WS,
  Deno: BY_WS,
  Bun: BY_WS,
  workerd: BY_WEB_SOCKET,
  Chromium: BY_WEB_SOCKET,
  Firefox: BY_WEB_SOCKET,
  WebKit: BY_WEB_SOCKET,
} as const satisfies Readonly<Record<string, Abilities>>;

/** The README's table of {@link RUNTIMES}, column names in lower case. */
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

function toWord(able: boolean): string {
  return able ? "yes" : "no";
}
