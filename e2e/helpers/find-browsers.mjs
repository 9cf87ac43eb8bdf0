// @ts-check
// Finds the three browsers. In JavaScript, because the install script runs without a build.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, firefox } from "playwright";
import { isExecutable, onPath } from "../../test/helpers/programs.mjs";

/** @typedef {"chromium" | "firefox" | "webkit"} BrowserName */

/** @typedef {import("../../test/helpers/programs.mjs").Needed} Needed */

/** Options that turn off background requests of Chromium, such as updates, and what containers do not support. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Lists the programs that a browser needs; `path` is undefined for those that are missing. Chromium and Firefox on
 * PATH are preferred to those that Playwright downloads, because users run them.
 * @param {BrowserName} name
 * @returns {Needed[]}
 */
export function findBrowser(name) {
  switch (name) {
    case "chromium": {
      const path = onPath("chromium", "chromium-browser", "google-chrome") ?? downloaded(chromium);
      return [{ what: "Chromium", package: "chromium", path }];
    }
    case "firefox": {
      const path = onPath("firefox-esr", "firefox") ?? downloaded(firefox);
      return [{ what: "Firefox", package: "firefox-esr", path }];
    }
    case "webkit":
      return [
        {
          what: "WebKitWebDriver",
          package: "webkit2gtk-driver",
          path: onPath("WebKitWebDriver"),
        },
        {
          what: "MiniBrowser of WebKitGTK",
          package: "libwebkit2gtk-4.1-0",
          path: miniBrowser(),
        },
        // xvfb-run needs xauth, but its package does not depend on it.
        { what: "xauth", package: "xauth", path: onPath("xauth") },
        { what: "xvfb-run", package: "xvfb", path: onPath("xvfb-run") },
      ];
  }
}

/**
 * Returns the path of the browser that Playwright has downloaded, if there is one that starts.
 * @param {import("playwright").BrowserType} browser
 */
function downloaded(browser) {
  const path = browser.executablePath();
  if (!existsSync(path)) return undefined;
  // On Linux the download may lack libraries of the system, and then it does not start.
  const starts = process.platform !== "linux" || spawnSync(path, ["--version"]).status === 0;
  return starts ? path : undefined;
}

/** Returns the path of WebKitGTK's MiniBrowser. Systems install it in a folder of libraries, not on PATH. */
function miniBrowser() {
  const libraries = "/usr/lib";
  if (!existsSync(libraries)) return undefined;
  const folders = ["", ...readdirSync(libraries)].map((folder) => join(libraries, folder));
  return folders.map((folder) => join(folder, "webkit2gtk-4.1", "MiniBrowser")).find(isExecutable);
}
