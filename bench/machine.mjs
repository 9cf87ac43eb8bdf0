// @ts-check
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** The packages that are compared with wschan. */
const PEER_PACKAGES = [
  "ws",
  "partysocket",
  "reconnecting-websocket",
  "rxjs",
  "it-ws",
  "websocket-as-promised",
];

/** Describes the machine, its load at the start, and the installed versions. */
export function describeMachine() {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  return {
    // The load includes the build that `npm run bench` has just made, so up to one task per processor is normal.
    isBusy: load > cpus().length,
    rows: /** @type {[string, string][]} */ ([
      ["processors", `${cpus().length} x ${cpu?.model.trim() || "unknown"}, ${memory} GiB`],
      ["system", `${type()} ${release()}`],
      ["load at the start", load.toFixed(1)],
      ["Node", `${process.version}, with undici ${process.versions.undici}`],
      ...PEER_PACKAGES.map((name) => [`\`${name}\``, versionOf(name)]),
    ]),
  };
}

/** @typedef {ReturnType<typeof describeMachine>} Machine */

/**
 * Returns the version of an installed package.
 *
 * @param {string} name
 */
function versionOf(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")).version;
}
