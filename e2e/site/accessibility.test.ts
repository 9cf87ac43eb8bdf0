import type { Browser, BrowserContextOptions } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";
import { startStaticServer } from "../helpers/static-server.js";
import { accessibilityFaults } from "./axe.js";
import { forEachPage, newContext, openPage } from "./open-page.js";

/** One page of each layout. */
const LAYOUTS = [
  "index.html",
  "404.html",
  "guide/reconnecting.html",
  "reference/options.html",
  "api/hub.html",
  "recipes/index.html",
];

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
    faults.push(...(await accessibilityFaults(tab)).map((fault) => `${page}: ${fault}`));
  });
  await context.close();
  return faults;
}

// pages.test.ts checks every page, without contrast.
describe("axe finds nothing", () => {
  test(
    "on each layout in light colours",
    async () => {
      expect(await check(LAYOUTS, { colorScheme: "light" })).toEqual([]);
    },
    ms(120_000),
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
    expect(await accessibilityFaults(tab)).toEqual(["image-alt: img"]);
  });
});
