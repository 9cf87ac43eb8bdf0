// @ts-check
// Sees to it that the three browsers of the tests are there: a look if they are; else Debian's
// packages, where this may install them. Fails, and names what is missing, where it may not.
import { spawnSync } from "node:child_process";
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";

const BROWSERS = /** @type {const} */ (["chromium", "firefox", "webkit"]);

/** What is not there. */
function missing() {
  return BROWSERS.flatMap(findBrowser).filter(({ path }) => path === undefined);
}

/**
 * Whether the command could be run, and went well.
 * @param {string[]} args
 */
function aptGet(...args) {
  const { status } = spawnSync("apt-get", args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

const packages = missing().map(({ package: name }) => name);
const installed =
  packages.length === 0 ||
  (aptGet("update") && aptGet("install", "--yes", "--no-install-recommends", ...packages));
const left = missing();
if (left.length > 0) {
  const what = left.map(({ what, package: name }) => `  ${what} (Debian: ${name})`);
  const names = left.map(({ package: name }) => name).join(" ");
  console.error(
    [
      `${installed ? "Still missing" : "Missing, and apt-get could not install it"}:`,
      ...what,
      `On Debian, as root: apt-get update && apt-get install --no-install-recommends ${names}`,
      "Elsewhere: put Chromium and Firefox on PATH, or `npx playwright install chromium firefox`;",
      "WebKitGTK with its WebKitWebDriver is to be had for Linux only.",
    ].join("\n"),
  );
  process.exitCode = 1;
}
