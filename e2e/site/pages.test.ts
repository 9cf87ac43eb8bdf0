import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";
import { startStaticServer } from "../helpers/static-server.js";
import { accessibilityFaults } from "./axe.js";
import { budgetOf, MAX_LAYOUT_SHIFT, measurerOf, overBudget } from "./budgets.js";
import { ORDINARY_PAGE_BUDGET, PAGE_BUDGETS } from "./budgets.js";
import { forEachPage, logOf, newContext, openPage, type Observed } from "./open-page.js";
import { outlineProblems, readOutline } from "./outline.js";
import { pagesIn } from "./page-files.js";

/** The width of a small phone, in CSS pixels. */
const PHONE_WIDTH = 360;

/** The results of a visit to one page. */
interface Visit {
  readonly page: string;
  readonly problems: readonly string[];
  readonly outline: readonly string[];
  /**
   * The faults that axe finds, but for contrast, which the theme determines: accessibility.test.ts checks it on each
   * layout. They do not depend on the browser, so axe runs in Chromium only.
   */
  readonly accessibility: readonly string[];
  readonly shift: number;
  readonly bytes: number;
  /** The width of the content on a phone. */
  readonly widthOnPhone: number;
}

declare function observed(): Observed;

const { dir } = inject("site");
const pages = pagesIn(dir);

/** Visits all pages. */
async function visitAll(browser: Browser): Promise<Visit[]> {
  await using server = await startStaticServer(dir);
  const measure = measurerOf(dir);
  const visits: Visit[] = [];
  const context = await newContext(browser);
  await forEachPage(context, pages, async (tab, page) => {
    const { problems, files } = logOf(tab, server.origin);
    await tab.setViewportSize({ width: 1280, height: 800 });
    await openPage(tab, `${server.origin}/${page}`);
    const bytes = measure(files);
    const { violations, shift } = await tab.evaluate(() => observed());
    const outline = outlineProblems(await tab.evaluate(readOutline));
    const isChromium = browser.browserType().name() === "chromium";
    const accessibility = isChromium ? await accessibilityFaults(tab, false) : [];
    await tab.setViewportSize({ width: PHONE_WIDTH, height: 740 });
    const widthOnPhone = await tab.evaluate(() => document.documentElement.scrollWidth);
    visits.push({
      page,
      problems: [...problems, ...violations],
      outline,
      accessibility,
      shift,
      bytes,
      widthOnPhone,
    });
  });
  await context.close();
  return visits;
}

describe.each(["chromium", "firefox"] as const)("every page in %s", (name) => {
  let browser: Browser;
  let visits: readonly Visit[];
  beforeAll(async () => {
    browser = await launch(name);
    visits = await visitAll(browser);
  }, ms(300_000));
  afterAll(() => browser.close());

  /** Returns a line for each fault that `find` returns. */
  const faults = (find: (visit: Visit) => readonly string[]): string[] =>
    visits.flatMap((visit) => find(visit).map((fault) => `${visit.page}: ${fault}`));

  test("is visited", () => {
    expect(visits.map(({ page }) => page).sort()).toEqual(pages);
    expect(pages).toContain("index.html");
    expect(pages).toContain("404.html");
  });

  test("loads without errors, warnings, violations of its policy and requests to other origins", () => {
    expect(faults(({ problems }) => problems)).toEqual([]);
  });

  test("has one h1, no skipped heading level, a title, a description, a language, and text for images", () => {
    expect(faults(({ outline }) => outline)).toEqual([]);
  });

  test("has no fault that axe finds", () => {
    expect(faults(({ accessibility }) => accessibility)).toEqual([]);
  });

  test("shifts little while it loads", () => {
    expect(
      faults(({ shift }) => (shift > MAX_LAYOUT_SHIFT ? [`layout shift of ${shift}`] : [])),
    ).toEqual([]);
  });

  test("fits the width of a phone", () => {
    expect(
      faults(({ widthOnPhone }) => (widthOnPhone > PHONE_WIDTH ? [`${widthOnPhone} px`] : [])),
    ).toEqual([]);
  });

  test("loads no more bytes than its budget", () => {
    expect(visits.flatMap(({ page, bytes }) => overBudget(page, bytes) ?? [])).toEqual([]);
  });
});

describe("the rules for outlines", () => {
  const good = {
    lang: "en",
    title: "Title",
    description: "Text.",
    levels: [1, 2, 3, 2],
    imagesWithoutAlt: [],
  };

  test.each([
    [{}, []],
    [{ levels: [] }, ["0 h1"]],
    [{ levels: [1, 1] }, ["2 h1"]],
    [{ levels: [1, 3] }, ["h3 after h1"]],
    [{ levels: [2, 1] }, ["h2 after h0"]],
    [{ lang: "", title: "", description: "" }, ["no lang", "no title", "no description"]],
    [{ imagesWithoutAlt: ["a.svg"] }, ["no alt: a.svg"]],
  ])("find the faults of %j", (part, expected) => {
    expect(outlineProblems({ ...good, ...part })).toEqual(expected);
  });
});

describe("the budgets", () => {
  test("name only pages that exist", () => {
    expect(pages).toEqual(expect.arrayContaining(Object.keys(PAGE_BUDGETS)));
  });

  test.each(["guide/auth.html", ...Object.keys(PAGE_BUDGETS)])("of %s is a limit", (page) => {
    expect(overBudget(page, budgetOf(page))).toBeUndefined();
    expect(overBudget(page, budgetOf(page) + 1)).toContain(page);
  });

  test("are the ordinary one for a page that the table does not name", () => {
    expect(budgetOf("guide/auth.html")).toBe(ORDINARY_PAGE_BUDGET);
    expect(budgetOf("toString")).toBe(ORDINARY_PAGE_BUDGET);
  });
});
