// @ts-check
// Installs the browsers of the tests that are missing: Chromium, Firefox, and WebKitGTK with its driver.
import { spawnSync } from "node:child_process";
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";
import { installMissing } from "./apt-get.mjs";

const BROWSERS = /** @type {const} */ (["chromium", "firefox", "webkit"]);

/** The longest that a download by Playwright may take, in milliseconds. */
const DOWNLOAD_TIMEOUT_MS = 300_000;

installMissing(() => BROWSERS.flatMap(findBrowser), downloadBrowsers);

/**
 * Downloads Chromium and Firefox with Playwright, which needs no root. WebKitGTK is not among its browsers.
 * @param {readonly { what: string }[]} missing
 */
function downloadBrowsers(missing) {
  const names = ["Chromium", "Firefox"].filter((name) => missing.some(({ what }) => what === name));
  for (const name of names) {
    console.log(`${name}: downloading it with Playwright`);
    spawnSync(process.execPath, ["node_modules/playwright/cli.js", "install", name.toLowerCase()], {
      stdio: "ignore",
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
  }
}
