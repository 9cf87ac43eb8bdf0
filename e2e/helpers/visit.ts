import type { Browser } from "playwright";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import { startStaticServer } from "./static-server.js";

/** What came of a page: its own account, the server's, and what the browser had to say. */
export interface Visit {
  /** What `talk` of fixtures/talk.mjs resolved with. */
  readonly told: unknown;
  readonly atServer: { readonly code: number; readonly reason: string };
  /** Errors, and all that stands in the console. */
  readonly noise: readonly string[];
}

/** What `talk` resolves with where all is well. */
export const GOOD_TALK = {
  text: "Grüße, 世界",
  binary: [0, 1, 255],
  closed: { code: 4001, reason: "Grüße", clean: true, by: "local" },
};

/** What comes of every page that works. */
export const GOOD_VISIT: Visit = {
  told: GOOD_TALK,
  atServer: { code: 4001, reason: "Grüße" },
  noise: [],
};

/**
 * Opens a page of the folder `dir`. It finds an echo server's URL in its query, `?server=`, and leaves
 * the promise of its conversation in the global `conversation`.
 */
export async function visit(browser: Browser, dir: string, file = "index.html"): Promise<Visit> {
  await using files = await startStaticServer(dir);
  await using echo = await startEchoServer();
  const page = await browser.newPage();
  const noise: string[] = [];
  page.on("console", (message) => noise.push(message.text()));
  page.on("pageerror", (error) => noise.push(String(error)));
  try {
    await page.goto(`${files.origin}/${file}?server=${encodeURIComponent(echo.url)}`);
    const told = await page.evaluate<unknown>("conversation");
    const connection = await echo.connection();
    return { told, atServer: await connection.closed, noise };
  } finally {
    await page.close();
  }
}

/** A page that is nothing but `head`; the icon keeps the browser from asking for one. */
export function html(head: string): string {
  return `<!doctype html><html lang="en"><head><title>wschan</title><link rel="icon" href="data:," />
${head}</head></html>`;
}

/** A script's first line: where the echo server is. */
export const SERVER = `const server = new URLSearchParams(location.search).get("server");`;
