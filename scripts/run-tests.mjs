// @ts-check
// The last step of `npm test`: installs the browsers, runtimes and servers that the tests need and that are missing,
// then runs all tests but those of the documentation site. Skips a project of the suite, or a test file, if its programs
// cannot be installed, and prints one line for it; with CI=true, fails instead. Passes its arguments to Vitest.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";
import { findPeers } from "../test/helpers/find-peers.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/**
 * Runs a script with Node, and returns its exit code.
 * @param {string[]} args
 */
const runNode = (...args) => spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;

/**
 * Returns the names of the programs that are missing.
 *
 * @param {import("../test/helpers/programs.mjs").Needed[]} programs
 */
const missingOf = (programs) =>
  programs.filter(({ path }) => path === undefined).map(({ what }) => what);

// At the same time, because it uses the npm registry, and the other two apt-get, which runs once at a time.
const runtimesInstall = spawn(process.execPath, ["scripts/install-runtimes.mjs"], {
  stdio: "inherit",
});
const runtimesExit = once(runtimesInstall, "close");
runNode("scripts/install-browsers.mjs");
runNode("scripts/install-peers.mjs");
const hasRuntimes = (await runtimesExit)[0] === 0;

const chromium = missingOf(findBrowser("chromium"));
const firefox = missingOf(findBrowser("firefox"));
const webkit = missingOf(findBrowser("webkit"));
const runtimes = hasRuntimes ? [] : ["a runtime (see above)"];

/** The missing programs of each project, and of each test file that alone in its project needs one. */
const missing = {
  chromium,
  firefox,
  webkit,
  peers: missingOf(findPeers("mosquitto", "nginx", "python", "libwebsockets")),
  "test/peers/proxies.test.ts": missingOf(
    findPeers("squid", "tinyproxy", "dante", "nginx", "nginxStream"),
  ),
  "test/compat/libraries/mqtt.test.ts": missingOf(findPeers("mosquitto")),
  "test/recipes/mqtt.test.ts": missingOf(findPeers("mosquitto")),
  "test/compat/libraries/stompjs.test.ts": missingOf(findPeers("rabbitmq")),
  "e2e/libraries/libraries.test.ts": missingOf(findPeers("mosquitto", "rabbitmq")),
  "test/hub/json-rpc/peers.test.ts": runtimes,
  e2e: [...chromium, ...firefox, ...webkit, ...runtimes],
};

// Most tools treat the values "false" and "0" like an unset variable.
const isStrict = !["", "0", "false"].includes(process.env.CI ?? "");
const skipped = Object.entries(missing).filter(([, what]) => what.length > 0);
for (const [name, what] of skipped) {
  const verb = isStrict ? "cannot run" : "skips";
  const part = name.includes("/") ? name : `project ${name}`;
  console.error(`Tests: ${verb} ${part}: could not install ${what.join(", ")}`);
}
if (isStrict && skipped.length > 0) {
  console.error("Tests: failed, because CI=true does not allow skipped tests");
  process.exit(1);
}
// vitest.config.ts leaves these out: Vitest does not combine several `--project=!name`. The tests of the documentation
// site take six minutes, so `npm run test:site` runs them separately.
process.env.WSCHAN_SKIP = [...skipped.map(([name]) => name), "site"].join();
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--configLoader", "runner"];
process.exitCode = runNode(...vitest, ...process.argv.slice(2));
