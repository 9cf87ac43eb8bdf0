import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { parsePage, resolveLink, type LinkedPage } from "./links.js";
import { pagesIn } from "./page-files.js";

/** The sites that pages link to. Add one only after you have opened the address. */
const HOSTS = [
  "github.com",
  "go.dev",
  "mswjs.io",
  "nodejs.org",
  "pkg.go.dev",
  "standardschema.dev",
  "stryker-mutator.io",
  "websockets.spec.whatwg.org",
  "www.iana.org",
  "www.jsonrpc.org",
  "www.npmjs.com",
];

const { dir } = inject("site");
const pages: ReadonlyMap<string, LinkedPage> = new Map(
  pagesIn(dir).map((page) => [page, parsePage(readFileSync(join(dir, page), "utf8"))]),
);

/** All links of all pages, with the pages. */
const links = [...pages].flatMap(([page, { links }]) => links.map((link) => ({ page, link })));

test("each link inside the site leads to a file, and each anchor to an element", () => {
  const broken = links.filter(({ page, link }) => {
    const target = resolveLink(page, link);
    if (target instanceof URL) return false;
    const { file, anchor } = target;
    if (!existsSync(join(dir, file))) return true;
    return anchor !== "" && !pages.get(file)?.ids.has(anchor);
  });
  expect(new Set(broken.map(({ page, link }) => `${page}: ${link}`))).toEqual(new Set());
  expect(links.length).toBeGreaterThan(pages.size * 10);
});

test("links to other sites use https, and lead to known hosts", () => {
  const urls = links
    .map(({ page, link }) => resolveLink(page, link))
    .filter((target) => target instanceof URL)
    .filter(({ protocol }) => protocol !== "data:");
  expect(urls.filter(({ protocol }) => protocol !== "https:").map(String)).toEqual([]);
  expect(urls.filter(({ host }) => !HOSTS.includes(host)).map(String)).toEqual([]);
  expect(urls.length).toBeGreaterThan(0);
});

describe("the parser of pages", () => {
  const html = `<!DOCTYPE html><head><link href="/a.css"><script src="/b.js">x = '<a href="/no">';</script>
<body><h2 id="one" tabindex="-1">1</h2><a class="x" href="./c.html?d=1&amp;e=2#f">c</a><p data-id="two"></p></body>`;

  test("returns links and ids", () => {
    expect(parsePage(html)).toEqual({
      links: ["/a.css", "/b.js", "./c.html?d=1&e=2#f"],
      ids: new Set(["one"]),
    });
  });

  test.each([
    ["guide/a.html", "./b.html#c", { file: "guide/b.html", anchor: "c" }],
    ["guide/a.html", "../x/", { file: "x/index.html", anchor: "" }],
    ["guide/a.html", "#d", { file: "guide/a.html", anchor: "d" }],
    ["guide/a.html", "/", { file: "index.html", anchor: "" }],
    ["a.html", "/b.html?q#%C3%BC", { file: "b.html", anchor: "ü" }],
  ])("resolves, on %s, %s", (page, link, target) => {
    expect(resolveLink(page, link)).toEqual(target);
  });

  test("returns the URL of another site", () => {
    expect(resolveLink("a.html", "https://example.com/b#c")).toEqual(
      new URL("https://example.com/b#c"),
    );
  });
});
