import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LIMITS } from "../helpers/limits.js";
import { displayName, PROMISES } from "../helpers/promises.js";
import { pathOf, SUITES } from "../helpers/reliability-page.js";
import { ROOT } from "../helpers/root.js";
import { readTable } from "../helpers/tables.js";

const names = [...PROMISES.flatMap(({ tests }) => tests), ...LIMITS.map(({ test }) => test)];

test.each(names)("a promise or limit names a test that exists: $name", ({ file, suite, name }) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (suite !== undefined) expect(text).toContain(JSON.stringify(suite));
  expect(text).toContain(JSON.stringify(name));
});

test("docs/RELIABILITY.md opens with the summary, which counts the promises", () => {
  const page = readFileSync(join(ROOT, "docs/RELIABILITY.md"), "utf8");
  expect(/^## .*$/m.exec(page)?.[0]).toBe("## Summary");
  expect(page).toContain(`makes ${PROMISES.length} [promises]`);
  const rows = readTable(page, "## Summary");
  expect(rows.map(({ suite }) => suite)).toEqual([
    ...SUITES.map(({ title }) => `[${title}](${pathOf({ title }).replace("docs/", "")})`),
    "all",
  ]);
});

test("docs/RELIABILITY.md lists every limit and its test", () => {
  const page = readFileSync(join(ROOT, "docs/RELIABILITY.md"), "utf8");
  const texts = LIMITS.flatMap(({ limit, test }) => [limit, displayName(test)]);
  expect(texts.filter((text) => !page.includes(text))).toEqual([]);
});

test.each(SUITES)("a page has the results of the suite: $title", ({ title, path }) => {
  expect(readFileSync(join(ROOT, pathOf({ title })), "utf8")).toContain(`Tests: \`${path}\`.`);
});

test("docs/RELIABILITY.md lists every promise and its tests", () => {
  const page = readFileSync(join(ROOT, "docs/RELIABILITY.md"), "utf8");
  const texts = PROMISES.flatMap(({ promise, tests }) => [promise, ...tests.map(displayName)]);
  expect(texts.filter((text) => !page.includes(text))).toEqual([]);
});
