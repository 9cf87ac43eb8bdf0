// @ts-check
// Where the three browsers are. In JavaScript, because the install script runs without a build too.
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, firefox } from "playwright";

/** @typedef {"chromium" | "firefox" | "webkit"} BrowserName */

/**
 * @typedef {object} Needed
 * @property {string} what as a person would call it
 * @property {string} package Debian's, that brings it
 * @property {string | undefined} path `undefined`: missing
 */

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
 * The first of these programs that is on PATH.
 * @param {string[]} names
 */
function onPath(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Playwright's own download of a browser.
 * @param {import("playwright").BrowserType} browser
 */
function own(browser) {
  const path = browser.executablePath();
  return existsSync(path) ? path : undefined;
}

/** WebKitGTK's own small browser: a library's folder of the system has it, never PATH. */
function miniBrowser() {
  const libraries = "/usr/lib";
  if (!existsSync(libraries)) return undefined;
  const folders = ["", ...readdirSync(libraries)].map((folder) => join(libraries, folder));
  return folders.map((folder) => join(folder, "webkit2gtk-4.1", "MiniBrowser")).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
