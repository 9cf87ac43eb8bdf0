import { gzipSync } from "node:zlib";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";
import { startStaticServer, type StaticServer } from "../helpers/static-server.js";
import { SEARCH_INDEX_BUDGET } from "./budgets.js";
import { logOf, newContext, openPage } from "./open-page.js";

const { dir } = inject("site");

test("the search index is within its budget", () => {
  const folder = join(dir, "assets/chunks");
  const index = readdirSync(folder).filter((file) => file.startsWith("@localSearchIndex"));
  expect(index).toHaveLength(1);
  const size = gzipSync(readFileSync(join(folder, index[0] ?? ""))).length;
  expect(size).toBeLessThanOrEqual(SEARCH_INDEX_BUDGET);
});

describe.each(["chromium", "firefox"] as const)("in %s", (name) => {
  let browser: Browser;
  let server: StaticServer;
  let page: Page;
  let problems: readonly string[];
  beforeAll(async () => {
    browser = await launch(name);
    server = await startStaticServer(dir);
  }, ms(60_000));
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    const context = await newContext(browser, { colorScheme: "light" });
    page = await context.newPage();
    ({ problems } = logOf(page, server.origin));
    await openPage(page, `${server.origin}/guide/getting-started.html`);
    return async () => {
      expect(problems).toEqual([]);
      await context.close();
    };
  });

  test("the search finds a page, which a key opens", async () => {
    await page.keyboard.press("/");
    const input = page.locator("#localsearch-input");
    await input.fill("denyPrivateNetworks");
    const first = page.locator("#localsearch-list a").first();
    await first.waitFor();
    const href = await first.getAttribute("href");
    expect(await first.textContent()).not.toBe("");
    await input.press("Enter");
    await page.waitForURL(`**${href}`);
    await page.locator("main").getByText("denyPrivateNetworks").first().waitFor();
  });

  test("a switch selects dark colours, and the next page keeps them", async () => {
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
    expect(await isDark()).toBe(false);
    await page.locator(".VPNavBarAppearance button").click();
    expect(await isDark()).toBe(true);
    await openPage(page, `${server.origin}/reference/options.html`);
    expect(await isDark()).toBe(true);
  });

  test("the first Tab reaches a link that skips the navigation, and the next ones the navigation", async () => {
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to content");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("wschan");
    await page.keyboard.press("Tab");
    expect(await focused()).toContain("Search");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Guide");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Recipes");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/recipes/");
  });

  test("the link that skips the navigation leads to the text", async () => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**#VPContent");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("VPContent");
  });
});
