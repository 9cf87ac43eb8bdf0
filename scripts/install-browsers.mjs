// @ts-check
// Sees to it that the three browsers of the tests are there.
import { findBrowser } from "../e2e/helpers/find-browsers.mjs";
import { installMissing } from "./apt-get.mjs";

const BROWSERS = /** @type {const} */ (["chromium", "firefox", "webkit"]);

installMissing(
  () => BROWSERS.flatMap(findBrowser),
  [
    "Elsewhere: put Chromium and Firefox on PATH, or `npx playwright install chromium firefox`;",
    "WebKitGTK with its WebKitWebDriver is to be had for Linux only.",
  ],
);
