import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examplesOf, problemsOf } from "../helpers/compile-blocks.js";
import { ROOT } from "../helpers/root.js";
import { ms } from "../helpers/time.js";

test(
  "docs/REACT.md and the README have React components that compile",
  { timeout: ms(60_000) },
  () => {
    const pages = ["docs/REACT.md", "README.md"].map((path) =>
      readFileSync(join(ROOT, path), "utf8"),
    );
    const examples = pages.map((page) => examplesOf(page, "tsx"));
    expect(examples.map(({ length }) => length)).toEqual([6, 1]);
    // The last example of the page tests the first one.
    const [first = ""] = examples[0] ?? [];
    const modules = examples.flat().map((code) => code.replace(`"./price.js"`, `"./0.js"`));
    expect(modules[0]).toBe(first);
    expect(problemsOf(modules, "tsx")).toEqual([]);
  },
);
