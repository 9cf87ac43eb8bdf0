import { build } from "esbuild";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { checkLeaks } from "../../test/helpers/leaks.js";
import { ROOT } from "../../test/helpers/root.js";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";
import { startSite } from "../helpers/site.js";
import type { Site } from "../helpers/site.js";
import { html } from "../helpers/visit.js";
import type { Scenarios } from "./page.js";

checkLeaks();

let browser: Browser;
let program: string;
let site: Site;
let page: Page;
/** Uncaught errors, and the lines of the console. */
let output: string[];

beforeAll(async () => {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["e2e/react/page.ts"],
    bundle: true,
    write: false,
    // React's development build warns, and calls effects twice in StrictMode.
    define: { "process.env.NODE_ENV": '"development"' },
  });
  program = outputFiles.map(({ text }) => text).join("");
  browser = await launch("chromium");
}, ms(30_000));
afterAll(() => browser.close());

beforeEach(async () => {
  site = await startSite();
  site.pages.set("/", () => html(""));
  output = [];
  page = await browser.newPage();
  page.on("console", (message) => output.push(message.text()));
  page.on("pageerror", (error) => output.push(String(error)));
  await page.goto(site.url);
  await page.evaluate(program);
});
afterEach(async () => {
  await page.close();
  await site[Symbol.asyncDispose]();
  // React recommends its tools, and Chromium reports each dial that was cancelled.
  const usual = /React DevTools|closed before the connection is established/;
  expect(output.filter((line) => !usual.test(line))).toEqual([]);
});

/** Runs a scenario of the page with the URL of the site's WebSocket server. */
function run<Name extends keyof Scenarios>(
  name: Name,
  argument?: number,
): Promise<Awaited<ReturnType<Scenarios[Name]>>> {
  const url = JSON.stringify(site.url.replace("http", "ws"));
  return page.evaluate(`scenarios.${name}(${url}, ${argument})`);
}

/** Collects the connections of the site. */
function connections(): WebSocket[] {
  const sockets: WebSocket[] = [];
  site.sockets.on("connection", (socket) => sockets.push(socket));
  return sockets;
}

/** Sends the numbers from 1 to `last` to each connection. */
function sendNumbers(last: number): void {
  site.sockets.on("connection", (socket) => {
    for (let number = 1; number <= last; number++) socket.send(String(number));
  });
}

/** Sends the numbers from 1 to `last`: two portions when a connection opens, and another for each message. */
function sendPortions(last: number, portion: number): void {
  site.sockets.on("connection", (socket) => {
    let number = 1;
    const sendPortion = (): void => {
      for (const end = Math.min(number + portion, last + 1); number < end; number++)
        socket.send(String(number));
    };
    sendPortion();
    sendPortion();
    socket.on("message", sendPortion);
  });
}

const untilAllEnded = (): Promise<void> =>
  vi.waitFor(() => expect(site.sockets.clients.size).toBe(0), { timeout: ms(5_000) });

test("StrictMode dials once", async () => {
  const sockets = connections();
  await run("strict");
  await untilAllEnded();
  expect(sockets.length).toBe(1);
});

test("200 mounts and unmounts leave no socket", async () => {
  const sockets = connections();
  await run("mounts", 200);
  await untilAllEnded();
  // Those that stayed until they were open, and no more than one for each mount.
  expect(sockets.length).toBeGreaterThanOrEqual(50);
  expect(sockets.length).toBeLessThanOrEqual(200);
});

test(
  "useMessages sees every one of 100,000 messages while components come and go",
  { timeout: ms(60_000) },
  async () => {
    const last = 100_000;
    sendPortions(last, 1_000);
    const { all, guests } = await run("guests", last);
    expect(all).toEqual({ last, count: last, wrong: [] });
    expect(guests.length).toBeGreaterThan(20);
    expect(guests.flatMap(({ wrong }) => wrong)).toEqual([]);
  },
);

test("useMessages loses nothing between components that replace each other", async () => {
  const last = 10_000;
  sendNumbers(last);
  expect(await run("successors", last)).toEqual({ last, count: last, wrong: [] });
});

test("useLatest renders at most once a frame, however many messages arrive", async () => {
  const portions = 100;
  const last = portions * 500;
  sendPortions(last, 500);
  const { frames, renders } = await run("latest", last);
  // In total, because on a busy machine a render can be late and share a frame with the next one.
  expect(renders).toBeLessThanOrEqual(frames + 1);
  // The first two portions may be shown together.
  expect(renders).toBeGreaterThanOrEqual(portions - 1);
});
