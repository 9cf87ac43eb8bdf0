// @ts-check
// Chromium is started directly: what drives a page for automation halves its speed, and not evenly.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { CHROMIUM_ARGS, findBrowser } from "../../e2e/helpers/find-browsers.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How long all workloads may take, in milliseconds. */
const TIMEOUT = 600_000;

/** @type {Readonly<Record<string, string>>} */
const TYPES = { ".html": "text/html; charset=utf-8", ".mjs": "text/javascript; charset=utf-8" };

/** @typedef {{ version: string, samples: Record<string, Record<string, { wall: number }[]>> }} Report */

/**
 * Measures in a page of Chromium; `undefined` where there is no Chromium.
 *
 * @param {readonly import("../work/index.mjs").Workload[]} workloads
 * @param {import("../server/start.mjs").Server} server
 * @param {number} rounds
 * @returns {Promise<Report | undefined>}
 */
export async function measureInChromium(workloads, server, rounds) {
  const [{ path } = {}] = findBrowser("chromium");
  if (path === undefined) return undefined;
  const asked = workloads.map(({ name, job = {} }) => ({ name, url: server.url(job) }));
  const site = await startSite({ asked, rounds });
  const profile = await mkdtemp(join(tmpdir(), "wschan-bench-"));
  const flags = [
    "--headless=new",
    `--user-data-dir=${profile}`,
    "--no-default-browser-check",
    "--js-flags=--expose-gc",
  ];
  const chromium = spawn(path, [...CHROMIUM_ARGS, ...flags, site.page], { stdio: "ignore" });
  const exited = once(chromium, "exit");
  const failed = exited.then(([code]) => {
    throw new Error(`${path}: ended with ${code}`);
  });
  // When it is over it ends.
  failed.catch(() => {});
  try {
    return await Promise.race([site.report, failed, timeUp()]);
  } finally {
    chromium.kill();
    await exited;
    site.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns {Promise<never>} */
const timeUp = () =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error("Chromium: took too long")), TIMEOUT).unref();
  });

/**
 * The page and what it imports, what it is asked to do, and what it reports.
 *
 * @param {object} settings
 */
async function startSite(settings) {
  /** @type {(report: Report) => void} */
  let tell = () => {};
  /** @type {(error: Error) => void} */
  let fail = () => {};
  /** @type {Promise<Report>} */
  const report = new Promise((resolve, reject) => {
    tell = resolve;
    fail = reject;
  });
  const take = (/** @type {any} */ body) => {
    if (body.error) fail(new Error(`Chromium: ${body.error}`));
    else tell(body);
  };
  const site = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    if (pathname === "/settings") response.end(JSON.stringify(settings));
    else if (pathname === "/report")
      void json(request)
        .then(take)
        .then(() => response.end());
    else void sendFile(response, normalize(pathname));
  });
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  return {
    page: `http://127.0.0.1:${port}/bench/chromium/page.html`,
    report,
    stop() {
      site.close();
      site.closeAllConnections();
    },
  };
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {string} path
 */
async function sendFile(response, path) {
  try {
    const content = await readFile(join(ROOT, path));
    response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "text/plain" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}
