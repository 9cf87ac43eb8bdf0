import type { Browser } from "playwright";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import { startStaticServer } from "./static-server.js";

/** The results of a visit: those of the page, of the server, and of the browser's console. */
export interface Visit {
  /** The result of `talk` in fixtures/talk.mjs. */
  readonly result: unknown;
  readonly atServer: { readonly code: number; readonly reason: string };
  /** Uncaught errors, and the lines of the console. */
  readonly output: readonly string[];
}

/** The result of `talk` on a platform where the package works. */
export const GOOD_TALK = {
  text: "Grüße, 世界",
  binary: [0, 1, 255],
  closed: { code: 4001, reason: "Grüße", clean: true, by: "local" },
};

/** The results of a visit to a page that works. */
export const GOOD_VISIT: Visit = {
  result: GOOD_TALK,
  atServer: { code: 4001, reason: "Grüße" },
  output: [],
};

/**
 * Opens a page of the folder `dir`, with the URL of an echo server as `server` in the query. The page has to put
 * the promise of `talk` into the global variable `conversation`.
 */
export async function visit(browser: Browser, dir: string, file = "index.html"): Promise<Visit> {
  await using files = await startStaticServer(dir);
  await using echo = await startEchoServer();
  const page = await browser.newPage();
  const output: string[] = [];
  page.on("console", (message) => output.push(message.text()));
  page.on("pageerror", (error) => output.push(String(error)));
  try {
    await page.goto(`${files.origin}/${file}?server=${encodeURIComponent(echo.url)}`);
    const result = await page.evaluate<unknown>("conversation");
    const connection = await echo.connection();
    return { result, atServer: await connection.closed, output };
  } finally {
    await page.close();
  }
}

/** Returns a page that consists of `head`. Its empty icon keeps the browser from requesting one. */
export function html(head: string): string {
  return `<!doctype html><html lang="en"><head><title>wschan</title><link rel="icon" href="data:," />
${head}</head></html>`;
}

/** The first line of a script: reads the URL of the echo server. */
export const SERVER = `const server = new URLSearchParams(location.search).get("server");`;
