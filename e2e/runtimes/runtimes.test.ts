import { expect, test } from "vitest";
import { RUNTIMES } from "./abilities.js";
import { installed } from "../helpers/runtimes.js";
import { GOOD_TALK } from "../helpers/visit.js";
import { importing, inBrowser, inWebKit, inWorkerd, requiring } from "./hosts.js";
import type { Abilities } from "./abilities.js";
import type { Host } from "./hosts.js";
import { FLOOD, startServers, TEXTS } from "./servers.js";

const NODE = RUNTIMES["Node 20, 22, 24, 26"];

/** The error of a dial to a port on which no server listens. */
const UNREACHABLE = { code: "DIAL_FAILED", kind: "INTERNAL", retryable: true };
/** The error of a dial that is refused with HTTP status 401. */
const UNAUTHORIZED = {
  code: "HANDSHAKE_REJECTED",
  kind: "PERMISSION_DENIED",
  retryable: false,
  status: 401,
};
/** The error of both dials on platforms that hide the difference. */
const OPAQUE = { ...UNREACHABLE, opaque: true };

/** The expected result of each codec for {@link TEXTS} and a corrupt message. */
const DECODED = { texts: TEXTS, end: "INVALID_MESSAGE" };

interface Case {
  readonly how: string;
  readonly host: Host;
  /** The file of dist/ that the runtime must load. */
  readonly file: string;
  readonly abilities: Abilities;
}

/** Returns the cases of a runtime that supports both `import` and `require`. */
function bothWays(how: string, command: string, abilities: Abilities): Case[] {
  return [
    { how: `${how}, by import`, host: importing(command), file: "node.mjs", abilities },
    { how: `${how}, by require`, host: requiring(command), file: "node.cjs", abilities },
  ];
}

const CASES: readonly Case[] = [
  ...bothWays("the running Node", process.execPath, NODE),
  ...[22, 24, 26].flatMap((version) =>
    bothWays(`Node ${version}`, installed(`node-${version}`, "node"), NODE),
  ),
  {
    how: "Deno",
    host: importing(installed("deno"), "run", "--allow-all", "--no-lock"),
    file: "node.mjs",
    abilities: RUNTIMES.Deno,
  },
  ...bothWays("Bun", installed("bun"), RUNTIMES.Bun),
  {
    how: "workerd",
    host: inWorkerd(installed("workerd")),
    file: "browser.mjs",
    abilities: RUNTIMES.workerd,
  },
  {
    how: "Chromium",
    host: inBrowser("chromium"),
    file: "browser.mjs",
    abilities: RUNTIMES.Chromium,
  },
  { how: "Firefox", host: inBrowser("firefox"), file: "browser.mjs", abilities: RUNTIMES.Firefox },
  { how: "WebKitGTK", host: inWebKit, file: "browser.mjs", abilities: RUNTIMES.WebKit },
];

test.each(CASES)(
  "on $how the one program does what the table of abilities says",
  async ({ host, file, abilities }) => {
    await using servers = await startServers();
    const {
      entry,
      talked,
      abilities: found,
      unreachable,
      refused,
      flood,
      decoded,
      encoded,
      reconnected,
      events,
      failureEvents,
      reconnectingEvents,
      tested,
    } = await host(servers.urls);
    const { status, sent1011, entry: condition, ...able } = abilities;

    expect(entry).toBe(file);
    expect(entry).toContain(condition);
    expect(talked).toEqual(GOOD_TALK);
    expect(found).toEqual({ ...able, sentCode: sent1011 });
    expect(unreachable).toEqual(status ? UNREACHABLE : OPAQUE);
    expect(refused).toEqual(status ? UNAUTHORIZED : OPAQUE);
    expect(flood.read).toBe(FLOOD);
    if (able.backpressure !== "buffer") expect(flood.unread).toBeLessThan(FLOOD / 2);
    expect(decoded).toEqual({
      gunzip: DECODED,
      unzlib: DECODED,
      inflateRaw: DECODED,
      zlibStream: DECODED,
    });
    const names = Object.entries(encoded).map(([name, { same, bytes }]) => {
      expect({ same, isSmall: bytes < 1_000 }).toEqual({ same: true, isSmall: true });
      return name;
    });
    expect(names).toEqual(["gzip", "zlib", "deflateRaw"]);

    expect(reconnected).toEqual({ values: [1, 2, 3, "echo"], code: 1000, end: "normal" });

    expect(events).toEqual([
      ["open", 1],
      ["message", "text"],
      ["message", [0, 1, 255]],
      ["close", 4002, "done", true, 3],
    ]);
    expect(failureEvents).toEqual([
      ["error", "DIAL_FAILED"],
      ["close", 1006, false],
    ]);
    expect(reconnectingEvents).toEqual(["open", "first", 1000, "open", "last", 1000]);

    expect(tested).toEqual({ reply: "pong", code: 4003, time: 3_600_000, state: "open" });

    // The same connections, as the servers saw them.
    const codes = servers.connections.map(async ({ closed }) => (await closed).code);
    expect(await Promise.all(codes)).toEqual([4001, sent1011, 1000, 4002, 1000, 1000]);
    const tokens = servers.connections.map(({ request }) => request.headers["x-token"]);
    expect(tokens.filter((token) => token !== undefined)).toEqual(able.headers ? ["abc"] : []);
  },
);
