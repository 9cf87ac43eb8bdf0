import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GROUPS, recipeGroups } from "../../docs/.vitepress/recipes.mjs";
import { ROOT } from "../helpers/root.js";

const files = readdirSync(join(ROOT, "examples/recipes"));
const pages = readdirSync(join(ROOT, "docs/recipes")).filter((name) =>
  /^(?!index).*\.md$/.test(name),
);

describe.each(files)("examples/recipes/%s", (file) => {
  const name = file.replace(/\.\w+$/, "");

  test("has a page that includes it", () => {
    const page = readFileSync(join(ROOT, `docs/recipes/${name}.md`), "utf8");
    expect(page.split("\n").map((line) => line.replace(/\{.*\}$/, ""))).toContain(
      `<<< ../../examples/recipes/${file}`,
    );
  });

  test("has a test of the same name, which imports it", () => {
    const source = readFileSync(join(ROOT, `test/recipes/${name}.test.ts`), "utf8");
    expect(source).toContain(`examples/recipes/${name}.`);
  });

  test("imports wschan by its name", () => {
    const source = readFileSync(join(ROOT, "examples/recipes", file), "utf8");
    expect(source).toMatch(/from "wschan["/]/);
    expect(source).not.toMatch(/(?:src|dist)\//);
  });
});

describe.each(pages)("docs/recipes/%s", (page) => {
  test("has a title, a group and a problem in its frontmatter, as YAML and as plain lines", () => {
    const text = readFileSync(join(ROOT, "docs/recipes", page), "utf8");
    const [, frontmatter = ""] = /^---\n([^]*?)\n---\n/.exec(text) ?? [];
    // YAML would read another value from `a: b`, from quotes, and from a comment.
    const lines = frontmatter
      .split("\n")
      .map((line) => /^(\w+): (?!["'[{>|&*!%@`])(.*)$/.exec(line));
    expect(lines.map((line) => line?.[1]).sort()).toEqual(["group", "problem", "title"]);
    for (const line of lines) expect(line?.[2]).not.toMatch(/: | #|:$/);
    expect(GROUPS).toContain(/^group: (.*)$/m.exec(frontmatter)?.[1]);
  });

  test("includes a file that exists", () => {
    const text = readFileSync(join(ROOT, "docs/recipes", page), "utf8");
    const included = [...text.matchAll(/^<<< ([^{\n]+)/gm)].map(([, path = ""]) => path.trim());
    expect(included).not.toEqual([]);
    for (const path of included) expect(existsSync(join(ROOT, "docs/recipes", path))).toBe(true);
  });
});

test("the sidebar and the index list each page once", () => {
  const names = recipeGroups().flatMap(({ recipes }) => recipes.map(({ name }) => `${name}.md`));
  expect(names.sort()).toEqual([...pages].sort());
});
