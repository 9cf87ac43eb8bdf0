import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";

/** The documents outside the site, whose links e2e/site checks. */
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "ARCHITECTURE.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "examples/README.md",
];

const FENCE = /^(`{3,})[^]*?^\1$/gm;

/** Returns the targets of the links in a text of Markdown, without those in code. */
function linksIn(markdown: string): string[] {
  const prose = markdown.replace(FENCE, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/** Returns the anchors of the headings in a text of Markdown, as code hosts make them. */
function anchorsIn(markdown: string): string[] {
  const headings = markdown.replace(FENCE, "").matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

/** Returns true if the target of a relative link in the document `from` exists. */
function exists(from: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? from : join(dirname(from), path);
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsIn(readFileSync(join(ROOT, file), "utf8")).includes(anchor);
}

test.each(DOCUMENTS)("the relative links of %s lead to files and headings", (path) => {
  const links = linksIn(readFileSync(join(ROOT, path), "utf8"));
  const relative = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(relative.filter((link) => !exists(path, link))).toEqual([]);
});

describe("the check of links", () => {
  test("reads links and headings outside code", () => {
    const markdown = "# A `b`: c_d\n[x](y.md#z) `[n](o)`\n```md\n## No\n[n](o)\n```\n## Two words";
    expect(linksIn(markdown)).toEqual(["y.md#z"]);
    expect(anchorsIn(markdown)).toEqual(["a-b-c_d", "two-words"]);
  });

  test.each([
    ["CONTRIBUTING.md", true],
    ["./docs/", true],
    ["CONTRIBUTING.md#releasing", true],
    ["CONTRIBUTING.md#nothing", false],
    ["NOTHING.md", false],
    ["#nothing", false],
  ])("finds that %s exists: %s", (target, expected) => {
    expect(exists("README.md", target)).toBe(expected);
  });
});
