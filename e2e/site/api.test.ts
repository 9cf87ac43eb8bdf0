import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { demoteHeadings } from "../../docs/.vitepress/api/headings.mjs";
import { ROOT } from "../../test/helpers/root.js";

const API = join(ROOT, "docs/api");
const pages = readdirSync(API).filter((file) => file.endsWith(".md"));

const readPage = (page: string): string => readFileSync(join(API, page), "utf8");

/** Returns the names of the members below a heading of a page, without `()`. */
function membersOf(page: string, group: string): string[] {
  const section = new RegExp(`^## ${group}$([^]*?)(?=^## |$(?![^]))`, "m").exec(readPage(page));
  return [...(section?.[1] ?? "").matchAll(/^### ([^ (]+)/gm)].map(([, name = ""]) => name);
}

test("there is one page for each module of the package", () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const paths = Object.keys(exports).filter((path) => !path.endsWith(".json"));
  const expected = paths.map((path) => (path === "." ? "wschan.md" : `${path.slice(2)}.md`));
  expect(pages.sort()).toEqual([...expected, "index.md"].sort());
});

test.each([
  ["wschan.md", ["connect", "createContext", "select"]],
  ["reconnect.md", ["reconnecting"]],
  ["codec.md", ["auto", "gunzip", "json"]],
  ["react.md", ["useLatest", "useReconnecting"]],
  ["compat.md", ["webSocketClass"]],
])("%s shows constants that can be called as functions", (page, names) => {
  expect(membersOf(page, "Functions")).toEqual(expect.arrayContaining(names));
});

test("each page lists functions, classes, interfaces, types and constants, in this order", () => {
  const order = ["Functions", "Classes", "Interfaces", "Type aliases", "Variables", "References"];
  for (const page of pages.filter((name) => name !== "index.md")) {
    const groups = [...readPage(page).matchAll(/^## (.+)$/gm)].map(([, name = ""]) => name);
    expect([page, groups]).toEqual([page, order.filter((name) => groups.includes(name))]);
  }
});

test("no page has members of classes that are not the package's own", () => {
  expect(pages.filter((page) => /captureStackTrace|Inherited from/.test(readPage(page)))).toEqual(
    [],
  );
});

test("headings that repeat become bold text, and those of members stay", () => {
  const markdown =
    "## Type Aliases\n\n### A {#a}\n\n#### Properties\n\n##### b? {#a-b}\n\n###### Returns";
  expect(demoteHeadings(markdown)).toBe(
    "## Type aliases\n\n### A {#a}\n\n**Properties**\n\n#### b? {#a-b}\n\n**Returns**",
  );
});
