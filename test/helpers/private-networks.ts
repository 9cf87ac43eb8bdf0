import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";
import type { WsError } from "../../src/node.js";
import type { LookupDone } from "../transport/support.js";
import { failure } from "./failure.js";
import { startRawServer } from "./raw-server.js";
import type { RawConnection } from "./raw-server.js";

/** Private hosts, in every spelling that URLs allow, and the address blocks that they belong to. */
export const PRIVATE_HOSTS: readonly (readonly [host: string, block: string])[] = [
  ["127.0.0.1", "loopback"],
  ["127.0.0.1.", "loopback"],
  ["127.1", "loopback"],
  ["127.0.1", "loopback"],
  ["2130706433", "loopback"],
  ["017700000001", "loopback"],
  ["0x7f000001", "loopback"],
  ["0X7F.0.0.0x1", "loopback"],
  ["0177.0.0.01", "loopback"],
  ["00000177.0.0.1", "loopback"],
  ["127.0x000001", "loopback"],
  ["１２７.0.0.1", "loopback"],
  ["127。0。0。1", "loopback"],
  ["127．0．0．1", "loopback"],
  ["%31%32%37.0.0.1", "loopback"],
  ["127.0.0.1%2e", "loopback"],
  ["me:secret@127.0.0.1:8080", "loopback"],
  ["0", "unspecified"],
  ["0x", "unspecified"],
  ["0.0.0.0", "unspecified"],
  ["10.1", "private use"],
  ["0xa9fea9fe", "cloud metadata"],
  ["169.254.43518", "cloud metadata"],
  ["4294967295", "reserved"],
  ["[::1]", "loopback"],
  ["[0:0:0:0:0:0:0:1]", "loopback"],
  ["[0000::0001]", "loopback"],
  ["[::]", "unspecified"],
  ["[::ffff:127.0.0.1]", "loopback"],
  ["[::FFFF:7F00:1]", "loopback"],
  ["[0:0:0:0:0:ffff:127.0.0.1]", "loopback"],
  ["[::127.0.0.1]", "IPv4-compatible"],
  ["[::ffff:0:127.0.0.1]", "reserved"],
  ["[64:ff9b::10.0.0.1]", "private use"],
  ["[64:FF9B::A9FE:A9FE]", "cloud metadata"],
  ["[64:ff9b:1::8.8.8.8]", "local NAT64"],
  ["[2002:7f00:1::]", "6to4"],
  ["[2001:0:808:808::]", "Teredo"],
  ["[fe80::1]", "link local"],
  ["[fd00:ec2::254]", "cloud metadata"],
  ["localhost", "loopback"],
  ["LOCALHOST", "loopback"],
  ["localhost.", "loopback"],
  ["localhost..", "loopback"],
  ["a.localhost", "loopback"],
  ["a.b.LocalHost.", "loopback"],
  ["loc%61lhost", "loopback"],
  ["ⓛocalhost", "loopback"],
  ["lo\u00adcalhost", "loopback"],
];

/** Results of name resolution with at least one private address, and the first private one of each. */
export const PRIVATE_ANSWERS: readonly (readonly [addresses: readonly string[], first: string])[] =
  [
    [["127.0.0.1"], "127.0.0.1"],
    [["::1"], "::1"],
    [["::ffff:127.0.0.1"], "::ffff:127.0.0.1"],
    [["::ffff:7f00:1"], "::ffff:7f00:1"],
    [["64:ff9b::7f00:1"], "64:ff9b::7f00:1"],
    [["fe80::1%lo"], "fe80::1%lo"],
    [["8.8.8.8", "127.0.0.1"], "127.0.0.1"],
    [["127.0.0.1", "8.8.8.8"], "127.0.0.1"],
    [["2a00:1450:4001::1", "8.8.8.8", "::ffff:10.0.0.1"], "::ffff:10.0.0.1"],
  ];

/** A value of option `node.tls`. */
type Detour = Readonly<Record<string, unknown>>;

/** TLS options that would redirect the request to another address, or bypass the network guard. */
export const TLS_DETOURS: Readonly<Record<string, (port: number) => Detour>> = {
  host: () => ({ host: "127.0.0.1" }),
  hostname: () => ({ hostname: "127.0.0.1" }),
  "host and port": (port) => ({ host: "127.0.0.1", port, defaultPort: port }),
  href: (port) => ({ href: `ws://127.0.0.1:${port}/` }),
  path: () => ({ path: "/run/app.sock" }),
  socketPath: () => ({ socketPath: "/run/app.sock" }),
  protocol: () => ({ protocol: "http:" }),
  lookup: () => ({ lookup: toLoopback, family: 4, hints: 0 }),
  createConnection: (port) => ({ createConnection: () => connect(port, "127.0.0.1") }),
  agent: () => ({ agent: new Agent(), _defaultAgent: new Agent() }),
  "an agent of another kind": (port) => ({
    agent: { addRequest: () => connect(port, "127.0.0.1") },
  }),
  localAddress: () => ({ localAddress: "127.0.0.1", localPort: 0 }),
  servername: () => ({ servername: "127.0.0.1" }),
  followRedirects: () => ({ followRedirects: true, maxRedirects: 9 }),
  finishRequest: () => ({ finishRequest: () => {} }),
  fd: () => ({ fd: 0 }),
  handle: () => ({ handle: {} }),
  "methods of a stream": () => ({
    construct: () => {},
    destroy: () => {},
    write: () => {},
    read: () => {},
  }),
  autoSelectFamily: () => ({ autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 10 }),
  blockList: () => ({ blockList: { check: () => false } }),
  "a prototype": () =>
    JSON.parse('{ "__proto__": { "host": "127.0.0.1", "socketPath": "/" } }') as object as Detour,
};

function toLoopback(_name: string, { all }: { all?: boolean }, done: LookupDone): void {
  if (all) done(null, [{ address: "127.0.0.1", family: 4 }]);
  else done(null, "127.0.0.1", 4);
}

/** The error of a dial, and the connections and bytes of it that reached a server. */
export interface Reach {
  readonly error: WsError;
  readonly connections: number;
  readonly bytes: number;
}

/** Calls `dial` with the port of a server, and returns how much of the dial reached the server. */
export async function reachOf(dial: (port: number) => Promise<unknown>): Promise<Reach> {
  const arrived: RawConnection[] = [];
  let notify = (): void => {};
  await using server = await startRawServer({
    onConnection: (connection) => {
      arrived.push(connection);
      notify();
    },
  });
  const error = await failure(dial(server.port));
  // Connections are accepted in order, so every earlier one has been accepted when this one is.
  const probe = connect(server.port, "127.0.0.1");
  await once(probe, "connect");
  const isProbe = ({ socket }: RawConnection): boolean => socket.remotePort === probe.localPort;
  while (!arrived.some(isProbe)) await new Promise<void>((resolve) => (notify = resolve));
  const others = arrived.filter((connection) => !isProbe(connection));
  probe.destroy();
  await Promise.all(others.map(({ closed }) => closed));
  const bytes = others.reduce((sum, { socket }) => sum + socket.bytesRead, 0);
  return { error, connections: others.length, bytes };
}
