import { chromium, firefox } from "playwright";
import type { Browser, LaunchOptions } from "playwright";
import { CHROMIUM_ARGS, findBrowser } from "./find-browsers.mjs";
import type { BrowserName } from "./find-browsers.mjs";

/** Returns the paths of the programs that a browser needs. Throws an error that names missing ones. */
export function requireBrowser(name: BrowserName): string[] {
  const programs = findBrowser(name);
  const missing = programs.filter(({ path }) => path === undefined).map(({ what }) => what);
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")}: not found. Run \`node scripts/install-browsers.mjs\`.`);
  }
  return programs.flatMap(({ path }) => path ?? []);
}

/** Returns Playwright's options to launch a browser. If it is missing, launching fails: see {@link requireBrowser}. */
export function launchOptions(name: "chromium" | "firefox"): LaunchOptions {
  const [{ path } = {}] = findBrowser(name);
  if (path === undefined) return {};
  if (name === "chromium") return { executablePath: path, args: CHROMIUM_ARGS };
  // Playwright patches the Firefox that it downloads. Any other Firefox is driven by the protocol of this channel.
  const isPatched = path === firefox.executablePath();
  return { executablePath: path, ...(isPatched ? {} : { channel: "moz-firefox" }) };
}

/** Launches a browser with Playwright. */
export function launch(name: "chromium" | "firefox", options?: LaunchOptions): Promise<Browser> {
  requireBrowser(name);
  return { chromium, firefox }[name].launch({ ...launchOptions(name), ...options });
}
