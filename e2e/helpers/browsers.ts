import { chromium, firefox } from "playwright";
import type { Browser, LaunchOptions } from "playwright";
import { CHROMIUM_ARGS, findBrowser } from "./find-browsers.mjs";
import type { BrowserName } from "./find-browsers.mjs";

/** The paths of what a browser needs; fails, and tells how to get it, where something is missing. */
export function requireBrowser(name: BrowserName): string[] {
  const programs = findBrowser(name);
  const missing = programs.filter(({ path }) => path === undefined).map(({ what }) => what);
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")}: not found. Run \`node scripts/install-browsers.mjs\`.`);
  }
  return programs.flatMap(({ path }) => path ?? []);
}

/** How Playwright starts a browser. Where it is not there, that fails: {@link requireBrowser} tells why. */
export function launchOptions(name: "chromium" | "firefox"): LaunchOptions {
  const [{ path } = {}] = findBrowser(name);
  if (path === undefined) return {};
  if (name === "chromium") return { executablePath: path, args: CHROMIUM_ARGS };
  // Playwright's own Firefox is a patched one; any other speaks the protocol this channel is for.
  const own = path === firefox.executablePath();
  return { executablePath: path, ...(own ? {} : { channel: "moz-firefox" }) };
}

/** Starts a browser that Playwright drives. */
export function launch(name: "chromium" | "firefox", options?: LaunchOptions): Promise<Browser> {
  requireBrowser(name);
  return { chromium, firefox }[name].launch({ ...launchOptions(name), ...options });
}
