import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examplesOf, problemsOf } from "../helpers/compile-blocks.js";
import { ROOT } from "../helpers/root.js";
import { ms } from "../helpers/time.js";

const page = readFileSync(join(ROOT, "docs/HUB.md"), "utf8");

test("docs/HUB.md has examples that compile", { timeout: ms(60_000) }, () => {
  const examples = examplesOf(page);
  expect(examples).toHaveLength(4);
  expect(problemsOf(examples)).toEqual([]);
});
