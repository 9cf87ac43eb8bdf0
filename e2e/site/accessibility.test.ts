import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";
import { startStaticServer } from "../helpers/static-server.js";
import { forEachPage, newContext, openPage } from "./open-page.js";
import { pagesIn } from "./page-files.js";

/** One page of each layout. */
const LAYOUTS = [
  "index.html",
  "404.html",
  "guide/reconnecting.html",
  "reference/options.html",
  "api/hub.html",
  "recipes/index.html",
];

declare const axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns a line for each element of the page that axe finds a fault with. */
async function findFaults(tab: Page): Promise<string[]> {
  // A script of the debugging protocol is not subject to the content security policy.
  await tab.evaluate(AXE);
  const violations = await tab.evaluate(async () => {
    const results = await axe.run(document, { resultTypes: ["violations"] });
    return results.violations.map(({ id, nodes }) => ({
      id,
      targets: nodes.map(({ target }) => target.join(" ")),
    }));
  });
  return violations.flatMap(({ id, targets }) => targets.map((target) => `${id}: ${target}`));
}

let browser: Browser;
beforeAll(async () => {
  browser = await launch("chromium");
}, ms(60_000));
afterAll(() => browser.close());

/** Opens each page, and returns a line for each fault. */
async function check(pages: readonly string[], options: BrowserContextOptions): Promise<string[]> {
  await using server = await startStaticServer(inject("site").dir);
  const context = await newContext(browser, options);
  const faults: string[] = [];
  await forEachPage(context, pages, async (tab, page) => {
    await openPage(tab, `${server.origin}/${page}`);
    faults.push(...(await findFaults(tab)).map((fault) => `${page}: ${fault}`));
  });
  await context.close();
  return faults;
}

describe("axe finds nothing", () => {
  test(
    "on any page",
    async () => {
      expect(await check(pagesIn(inject("site").dir), { colorScheme: "light" })).toEqual([]);
    },
    ms(300_000),
  );

  test(
    "on each layout in dark colours",
    async () => {
      expect(await check(LAYOUTS, { colorScheme: "dark" })).toEqual([]);
    },
    ms(120_000),
  );

  test(
    "on each layout on a phone",
    async () => {
      expect(await check(LAYOUTS, { viewport: { width: 360, height: 740 } })).toEqual([]);
    },
    ms(120_000),
  );

  test("unless there is a fault", async () => {
    const tab = await browser.newPage();
    await tab.setContent(
      `<html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"></main>`,
    );
    expect(await findFaults(tab)).toEqual(["image-alt: img"]);
  });
});
