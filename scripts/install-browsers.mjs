// @ts-check
// Installs the browsers that the tests need and that are missing: Chromium, Firefox, and WebKitGTK with its driver.
import { spawnSync } from "node:child_process";
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";
import { installMissing } from "./apt-get.mjs";

const BROWSERS = /** @type {const} */ (["chromium", "firefox", "webkit"]);

/** The time limit for each download by Playwright. */
const DOWNLOAD_TIMEOUT_MS = 300_000;

installMissing(() => BROWSERS.flatMap(findBrowser), downloadBrowsers);

/**
 * Downloads Chromium and Firefox with Playwright, for which no root is needed. Playwright has no WebKitGTK.
 * @param {readonly { what: string }[]} missing
 */
function downloadBrowsers(missing) {
  const names = ["Chromium", "Firefox"].filter((name) => missing.some(({ what }) => what === name));
  for (const name of names) {
    console.log(`Downloading ${name} with Playwright`);
    spawnSync(process.execPath, ["node_modules/playwright/cli.js", "install", name.toLowerCase()], {
      stdio: "ignore",
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
  }
}
