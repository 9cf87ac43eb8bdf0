// @ts-check
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** Those that are measured, as installed. */
const PACKAGES = [
  "ws",
  "partysocket",
  "reconnecting-websocket",
  "rxjs",
  "it-ws",
  "websocket-as-promised",
];

/** What it ran on, and how busy that was with other things when it began. */
export function describeMachine() {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  const versions = PACKAGES.map((name) => `${name} ${versionOf(name)}`);
  return {
    cpu: `${cpus().length} x ${cpu?.model.trim() || "unknown processor"}, ${memory} GiB`,
    system: `${type()} ${release()}`,
    load: `${load.toFixed(1)} of ${cpus().length} when it began`,
    node: `${process.version}, its undici ${process.versions.undici}`,
    packages: versions.join(", "),
  };
}

/** @typedef {ReturnType<typeof describeMachine>} Machine */

/** @param {string} name */
function versionOf(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")).version;
}
