// @ts-check
// Finds the servers of test/peers and test/compat. This file is JavaScript because the install script runs without a build.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { allOnPath, isExecutable, onPath } from "./programs.mjs";

/** @typedef {import("./programs.mjs").Needed} Needed */

/** The folders in which distributions keep the modules of nginx. */
const NGINX_MODULES = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/etc/nginx/modules"];

const RABBITMQ_OF_DEBIAN = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/** Functions that find each server, by name. */
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
  nginxStream: () => ({
    what: "nginx's module stream",
    package: "libnginx-mod-stream",
    path: NGINX_MODULES.map((folder) => `${folder}/ngx_stream_module.so`).find(existsSync),
  }),
  squid: () => ({
    what: "Squid",
    package: "squid",
    path: onPath("squid") ?? ["/usr/sbin/squid"].find(isExecutable),
  }),
  tinyproxy: () => ({
    what: "Tinyproxy",
    package: "tinyproxy-bin",
    path: onPath("tinyproxy"),
  }),
  dante: () => ({
    what: "Dante",
    package: "dante-server",
    path: onPath("danted") ?? onPath("sockd") ?? ["/usr/sbin/danted"].find(isExecutable),
  }),
  python: () => ({
    what: "a python3 with websockets",
    package: "python3-websockets",
    // The first python3 on PATH may be one that does not see Debian's packages.
    path: allOnPath("python3").find(hasWebsockets),
  }),
  libwebsockets: () => ({
    what: "libwebsockets' test server",
    package: "libwebsockets-test-server",
    path: onPath("libwebsockets-test-server"),
  }),
  rabbitmq: () => ({
    what: "RabbitMQ",
    package: "rabbitmq-server",
    // On PATH, Debian has a wrapper of it that starts the server as another user.
    path: [RABBITMQ_OF_DEBIAN].find(isExecutable) ?? onPath("rabbitmq-server"),
  }),
};

/** @typedef {keyof typeof PEERS} PeerName */

/**
 * Finds these servers, or all.
 *
 * @param {PeerName[]} names
 * @returns {Needed[]}
 */
export function findPeers(...names) {
  const all = /** @type {PeerName[]} */ (Object.keys(PEERS));
  return (names.length > 0 ? names : all).map((name) => PEERS[name]());
}

/**
 * Returns the path of a server. If it is missing, throws an error that says how to install it.
 *
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
