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
  return {
    // The build before it is part of it.
    isBusy: load > cpus().length,
    rows: [
      ["processors", `${cpus().length} x ${cpu?.model.trim() || "unknown"}, ${memory} GiB`],
      ["system", `${type()} ${release()}`],
      ["load when it began", load.toFixed(1)],
      ["Node", `${process.version}, with undici ${process.versions.undici}`],
      ...PACKAGES.map((name) => [`\`${name}\``, versionOf(name)]),
    ],
  };
}

/** @typedef {ReturnType<typeof describeMachine>} Machine */

/** @param {string} name */
function versionOf(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")).version;
}
