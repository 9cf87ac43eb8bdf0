import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { displayName, PROMISES } from "../helpers/promises.js";
import { ROOT } from "../helpers/root.js";

const names = PROMISES.flatMap(({ tests }) => tests);

test.each(names)("a promise names a test that exists: $name", ({ file, suite, name }) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (suite !== undefined) expect(text).toContain(JSON.stringify(suite));
  expect(text).toContain(JSON.stringify(name));
});

test("docs/RELIABILITY.md lists every promise and its tests", () => {
  const page = readFileSync(join(ROOT, "docs/RELIABILITY.md"), "utf8");
  const texts = PROMISES.flatMap(({ promise, tests }) => [promise, ...tests.map(displayName)]);
  expect(texts.filter((text) => !page.includes(text))).toEqual([]);
});
