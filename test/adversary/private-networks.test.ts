import { Agent } from "node:http";
import { Socket } from "node:net";
import { describe, test } from "vitest";
import { createContext } from "../../src/node.js";
import type { ConnectOptions, NodeOptions } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import {
  PRIVATE_ANSWERS,
  PRIVATE_HOSTS,
  reachOf,
  TLS_DETOURS,
} from "../helpers/private-networks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { lookupSpy } from "../transport/support.js";
import type { LookupDone } from "../transport/support.js";

checkLeaks();

/** Tries to reach a server of this machine, at this port, from a context that denies it. */
type Attack = (port: number) => Promise<unknown>;

const denying = (...allow: string[]) => createContext({ denyPrivateNetworks: { allow } });

/** Runs the attacks. Returns their distinct results. */
async function resultsOf(attacks: readonly Attack[]): Promise<string> {
  const seen = new Set<string>();
  for (const attack of attacks) {
    const { error, connections, bytes } = await reachOf(attack);
    seen.add(`${error.code}, connections: ${connections}, bytes: ${bytes}`);
  }
  return [...seen].sort().join(" or ");
}

/** Makes the attacks without and with TLS. */
function bySchemes(make: (scheme: string) => readonly Attack[]): Attack[] {
  return ["ws", "wss"].flatMap(make);
}

const REFUSED = "URL_FORBIDDEN, connections: 0, bytes: 0";

describe("a context with denyPrivateNetworks", () => {
  interface Row {
    readonly attacks: readonly Attack[];
    readonly expected?: string;
  }

  /** An allowed address, so that the guard lets the dial start. No server listens on it. */
  const ALLOWED = "127.0.0.2";
  /** An allowed address whose connection reaches 127.0.0.1. */
  const UNSPECIFIED = "0.0.0.0";

  const rebinding = (scheme: string, allow: string, lookup: NodeOptions["lookup"]): Attack => {
    return (port) =>
      denying(allow).connect(`${scheme}://rebind.test:${port}/`, {
        node: { tls: { rejectUnauthorized: false }, ...(lookup && { lookup }) },
      });
  };

  const redirecting = (host: string): Attack => {
    return async (port) => {
      await using server = await startRawServer({
        onRequest: (peer) => peer.refuse("302 Found", { Location: `http://${host}:${port}/` }),
      });
      return await denying("first.test").connect(`ws://first.test:${server.port}/`, {
        node: { followRedirects: true, lookup: lookupSpy().lookup },
      });
    };
  };

  /** Returns an address whose string differs on the second read. */
  const changing = (): object => {
    const answers = [ALLOWED];
    return { toString: () => answers.pop() ?? "127.0.0.1" };
  };

  const rivals: ConnectOptions[] = [
    { node: { agent: new Agent() } },
    { node: { tls: { socket: new Socket() } } },
    { webSocket: Object },
  ];

  const rows: Record<string, Row> = {
    "rejects private hosts in every spelling of a URL": {
      attacks: bySchemes((scheme) =>
        PRIVATE_HOSTS.map(
          ([host]) =>
            (port) =>
              denying("10.9.9.9").connect(
                `${scheme}://${host.includes("@") ? host : `${host}:${port}`}/`,
              ),
        ),
      ),
    },
    "rejects names that resolve to a private address, even among public ones": {
      attacks: bySchemes((scheme) =>
        PRIVATE_ANSWERS.map(([addresses]) =>
          rebinding(scheme, "10.9.9.9", lookupSpy(() => addresses).lookup),
        ),
      ),
    },
    "uses only the first result of a lookup function that calls back twice": {
      // The dial uses the first answer, and no server listens on that address.
      expected: "DIAL_FAILED, connections: 0, bytes: 0",
      attacks: bySchemes((scheme) => [
        rebinding(scheme, ALLOWED, (_name: string, _options: object, done: LookupDone) => {
          done(null, [{ address: ALLOWED, family: 4 }]);
          done(null, [{ address: "127.0.0.1", family: 4 }]);
        }),
      ]),
    },
    "dials the address that it has checked, even if the result of the lookup changes afterwards": {
      attacks: bySchemes((scheme) => [
        rebinding(scheme, ALLOWED, (_name: string, _options: object, done: LookupDone) => {
          done(null, [{ address: changing(), family: 4 }]);
        }),
      ]),
      expected: "DIAL_FAILED, connections: 0, bytes: 0",
    },
    "sends nothing on a connection to another address than the one that it has checked": {
      attacks: bySchemes((scheme) => [
        (port) => denying(UNSPECIFIED).connect(`${scheme}://${UNSPECIFIED}:${port}/`),
        rebinding(scheme, UNSPECIFIED, lookupSpy(() => [UNSPECIFIED]).lookup),
      ]),
      expected: "URL_FORBIDDEN, connections: 1, bytes: 0",
    },
    "rejects redirects to private hosts": {
      attacks: [...PRIVATE_HOSTS.map(([host]) => host), "second.test"]
        // Leave out hosts with credentials or with characters that a header cannot hold.
        .filter((host) => /^[!-?A-~]+$/.test(host))
        .map(redirecting),
    },
    "does not support agents, sockets and WebSocket classes that open connections themselves": {
      attacks: [
        ...rivals.map(
          (options): Attack =>
            (port) =>
              denying("127.0.0.1").connect(`wss://127.0.0.1:${port}/`, options),
        ),
        () => denying("127.0.0.1").connect("ws+unix:///run/app.sock:/"),
      ],
      expected: "UNSUPPORTED, connections: 0, bytes: 0",
    },
    "does not let an option in node.tls change the address": {
      attacks: bySchemes((scheme) =>
        Object.values(TLS_DETOURS).map(
          (make) => (port) =>
            denying(ALLOWED).connect(`${scheme}://${ALLOWED}:${port}/`, {
              node: { tls: { rejectUnauthorized: false, ...make(port) } },
            }),
        ),
      ),
      expected: "DIAL_FAILED, connections: 0, bytes: 0",
    },
  };

  for (const [name, { attacks, expected = REFUSED }] of Object.entries(rows)) {
    test(name, async (context) => {
      conclude(context, { cases: attacks.length, expected, happened: await resultsOf(attacks) });
    });
  }
});
