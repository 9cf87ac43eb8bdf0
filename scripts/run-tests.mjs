// @ts-check
// The last step of `npm test`: installs the browsers, runtimes and servers that the tests need and that are
// missing, then runs all tests. If something cannot be installed, prints one line per project of the suite
// that it skips for this reason; with CI=true it fails instead. Passes its arguments on to Vitest.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";
import { findPeers } from "../test/helpers/find-peers.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/**
 * Runs a script of Node; returns its exit code.
 * @param {string[]} args
 */
const runNode = (...args) => spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;

/** @param {import("../test/helpers/programs.mjs").Needed[]} programs */
const missingOf = (programs) =>
  programs.filter(({ path }) => path === undefined).map(({ what }) => what);

const hasRuntimes = runNode("scripts/install-runtimes.mjs") === 0;
runNode("scripts/install-browsers.mjs");
runNode("scripts/install-peers.mjs");

const chromium = missingOf(findBrowser("chromium"));
const firefox = missingOf(findBrowser("firefox"));
const webkit = missingOf(findBrowser("webkit"));
const runtimes = hasRuntimes ? [] : ["a runtime (see above)"];

/** Missing programs, by the project that needs them. */
const missing = {
  chromium,
  firefox,
  webkit,
  peers: missingOf(findPeers()),
  e2e: [...chromium, ...firefox, ...webkit, ...runtimes],
};

// "false" and "0" turn it off, as in most tools that read this variable.
const isStrict = !["", "0", "false"].includes(process.env.CI ?? "");
const skipped = Object.entries(missing).filter(([, what]) => what.length > 0);
for (const [project, what] of skipped) {
  const verb = isStrict ? "cannot run" : "skips";
  console.error(`Tests: ${verb} project ${project}: could not install ${what.join(", ")}`);
}
if (isStrict && skipped.length > 0) {
  console.error("Tests: failed, because with CI=true no project may be skipped");
  process.exit(1);
}
// vitest.config.ts leaves these projects out: Vitest does not combine several `--project=!name`.
process.env.WSCHAN_SKIP = skipped.map(([project]) => project).join();
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--configLoader", "runner"];
process.exitCode = runNode(...vitest, ...process.argv.slice(2));
