// @ts-check
// Where the servers of test/peers are. In JavaScript, because the install script runs without a build too.
import { spawnSync } from "node:child_process";
import { allOnPath, onPath } from "./programs.mjs";

/** @typedef {import("./programs.mjs").Needed} Needed */

/** By name: how to find each. */
const PEERS = {
  mosquitto: () => ({
    what: "Mosquitto",
    package: "mosquitto",
    path: onPath("mosquitto"),
  }),
  nginx: () => ({
    what: "nginx",
    package: "nginx-light",
    path: onPath("nginx"),
  }),
  python: () => ({
    what: "a python3 with websockets",
    package: "python3-websockets",
    // Whichever comes first on PATH may be one that knows no packages of Debian's.
    path: allOnPath("python3").find(hasWebsockets),
  }),
  libwebsockets: () => ({
    what: "libwebsockets' test server",
    package: "libwebsockets-test-server",
    path: onPath("libwebsockets-test-server"),
  }),
};

/** @typedef {keyof typeof PEERS} PeerName */

/** @returns {Needed[]} */
export function findPeers() {
  return Object.values(PEERS).map((find) => find());
}

/**
 * The path of a server; fails, and tells how to get it, where it is missing.
 * @param {PeerName} name
 */
export function requirePeer(name) {
  const { what, path } = PEERS[name]();
  if (path !== undefined) return path;
  throw new Error(`${what}: not found. Run \`node scripts/install-peers.mjs\`.`);
}

/** @param {string} python */
function hasWebsockets(python) {
  return spawnSync(python, ["-c", "import websockets.legacy.server"]).status === 0;
}
