import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROMISES } from "../helpers/promises.js";
import { ROOT } from "../helpers/root.js";

const names = PROMISES.flatMap(({ tests }) => tests);

test.each(names)("the test of a promise is there: $name", ({ file, name }) => {
  expect(readFileSync(join(ROOT, file), "utf8")).toContain(JSON.stringify(name));
});

test("the page of reliability tells of every promise", () => {
  const page = readFileSync(join(ROOT, "docs/RELIABILITY.md"), "utf8");
  const words = PROMISES.flatMap(({ promise, tests }) => [
    promise,
    ...tests.map(({ name }) => name),
  ]);
  expect(words.filter((text) => !page.includes(text))).toEqual([]);
});
