// @ts-check
// Starts Chromium directly, because automation drivers halve the speed of a page, and unevenly.
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

/** The time limit for all workloads together. */
const TIMEOUT_MS = 600_000;

/**
 * The content types by file extension.
 *
 * @type {Readonly<Record<string, string>>}
 */
const CONTENT_TYPES = {
  ".html": "text/html; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
};

/** @typedef {{ version: string, samples: Record<string, Record<string, { wall: number }[]>> }} Report */

/**
 * Measures workloads in a page of Chromium. Resolves with `undefined` if Chromium is not installed.
 *
 * @param {readonly import("../work/index.mjs").Workload[]} workloads
 * @param {import("../server/start.mjs").Server} server
 * @param {number} rounds
 * @returns {Promise<Report | undefined>}
 */
export async function measureInChromium(workloads, server, rounds) {
  const [{ path } = {}] = findBrowser("chromium");
  if (path === undefined) return undefined;
  const tasks = workloads.map(({ name, job = {} }) => ({ name, url: server.url(job) }));
  const site = await startSite({ tasks, rounds });
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
    throw new Error(`${path}: exited with code ${code} before it reported`);
  });
  // The normal exit at the end rejects this promise as well.
  failed.catch(() => {});
  try {
    return await Promise.race([site.report, failed, timeOut()]);
  } finally {
    chromium.kill();
    await exited;
    site.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Rejects after the time limit.
 *
 * @returns {Promise<never>}
 */
const timeOut = () =>
  new Promise((_, reject) => {
    const error = new Error(`Chromium: no report within ${TIMEOUT_MS} ms`);
    setTimeout(() => reject(error), TIMEOUT_MS).unref();
  });

/**
 * Starts an HTTP server that serves the page and its modules, hands out the settings, and receives the report.
 *
 * @param {object} settings
 */
async function startSite(settings) {
  /** @type {(report: Report) => void} */
  let settle = () => {};
  /** @type {(error: Error) => void} */
  let fail = () => {};
  /** @type {Promise<Report>} */
  const report = new Promise((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  const onReport = (/** @type {any} */ body) => {
    if (body.error) fail(new Error(`Chromium: ${body.error}`));
    else settle(body);
  };
  const site = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    if (pathname === "/settings") response.end(JSON.stringify(settings));
    else if (pathname === "/report")
      void json(request)
        .then(onReport)
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
 * Sends a file of the repository, or status 404.
 *
 * @param {import("node:http").ServerResponse} response
 * @param {string} path
 */
async function sendFile(response, path) {
  try {
    const content = await readFile(join(ROOT, path));
    response
      .writeHead(200, { "Content-Type": CONTENT_TYPES[extname(path)] ?? "text/plain" })
      .end(content);
  } catch {
    response.writeHead(404).end();
  }
}
