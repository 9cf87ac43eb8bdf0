// @ts-check
// The last step of `npm test`: installs the browsers, servers and runtimes that tests need, then runs all
// tests. Where something cannot be installed, it skips the projects that need it, and says so in a line
// each; with CI=true it fails instead. Passes its arguments on to Vitest.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";
import { findPeers } from "../test/helpers/find-peers.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** @param {string[]} args */
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
const runtimes = hasRuntimes ? [] : ["runtimes"];

/** Missing programs, by the project that needs them. */
const missing = {
  chromium,
  firefox,
  webkit,
  peers: missingOf(findPeers()),
  e2e: [...chromium, ...firefox, ...webkit, ...runtimes],
};

const skipped = Object.entries(missing).filter(([, what]) => what.length > 0);
for (const [project, what] of skipped) {
  console.error(`Tests: project ${project} is skipped: missing ${what.join(", ")}`);
}
if (skipped.length > 0 && process.env.CI) {
  console.error("Tests: with CI set, nothing may be skipped");
  process.exit(1);
}
// vitest.config.ts leaves these projects out: Vitest does not combine several `--project=!name`.
process.env.WSCHAN_SKIP = skipped.map(([project]) => project).join();
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--configLoader", "runner"];
process.exitCode = runNode(...vitest, ...process.argv.slice(2));
