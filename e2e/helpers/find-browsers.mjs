// @ts-check
// Where the three browsers are. In JavaScript, because the install script runs without a build too.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, firefox } from "playwright";
import { isExecutable, onPath } from "../../test/helpers/programs.mjs";

/** @typedef {"chromium" | "firefox" | "webkit"} BrowserName */

/** @typedef {import("../../test/helpers/programs.mjs").Needed} Needed */

/** Quiet and in a sandbox of its own: no look-ups, no updates, nothing but the page. */
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
 * The programs that a browser needs, found or not. Chromium and Firefox on PATH come before those
 * that Playwright downloads: they are what users run.
 * @param {BrowserName} name
 * @returns {Needed[]}
 */
export function findBrowser(name) {
  switch (name) {
    case "chromium": {
      const path = onPath("chromium", "chromium-browser", "google-chrome") ?? own(chromium);
      return [{ what: "Chromium", package: "chromium", path }];
    }
    case "firefox": {
      const path = onPath("firefox-esr", "firefox") ?? own(firefox);
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
        // What xvfb-run needs and does not depend on.
        { what: "xauth", package: "xauth", path: onPath("xauth") },
        { what: "xvfb-run", package: "xvfb", path: onPath("xvfb-run") },
      ];
  }
}

/**
 * Returns the path of the browser that Playwright has downloaded, if it has.
 * @param {import("playwright").BrowserType} browser
 */
function own(browser) {
  const path = browser.executablePath();
  if (!existsSync(path)) return undefined;
  // On Linux the download may lack libraries of the system, and then it does not start.
  const starts = process.platform !== "linux" || spawnSync(path, ["--version"]).status === 0;
  return starts ? path : undefined;
}

/** WebKitGTK's own small browser: a library's folder of the system has it, never PATH. */
function miniBrowser() {
  const libraries = "/usr/lib";
  if (!existsSync(libraries)) return undefined;
  const folders = ["", ...readdirSync(libraries)].map((folder) => join(libraries, folder));
  return folders.map((folder) => join(folder, "webkit2gtk-4.1", "MiniBrowser")).find(isExecutable);
}
