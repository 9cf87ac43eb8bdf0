import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { byEsbuild, byRollup, formatSize, gzipSize } from "../helpers/size.mjs";
import { readTable } from "../helpers/tables.js";

const { dir } = inject("packed");

const CONNECT = `export { connect } from "wschan";`;
const CORE = `export * from "wschan";`;
/** A sub-path is weighed without the core, which it comes on top of. */
const ON_TOP = ["wschan"];
/** By its file: esbuild takes all of a package's sub-paths for external as well. */
const RECONNECT = `export * from "./node_modules/wschan/dist/reconnect/browser.mjs";`;
const CODEC = "./node_modules/wschan/dist/codec/browser.mjs";
/** The codecs that only inflate. */
const INFLATING = `export {
  gunzip, unzlib, inflateRaw, auto, zlibStream, deflateStream
} from "${CODEC}";`;
const GUNZIP = `export { gunzip } from "${CODEC}";`;

/** The script of pages without a bundler; it is minified. */
const readUmd = (): Promise<string> =>
  readFile(join(dir, "node_modules/wschan/dist/wschan.umd.min.js"), "utf8");

/**
 * What a page may load, as the README names it, and the most that it may cost in bytes after gzip. No
 * change may raise these without a word in the changelog; the aim is 9,400 for `connect` and 13,000 for
 * the whole core.
 */
const COSTS = [
  { what: "`connect` alone", budget: 10_600, script: () => byEsbuild(dir, CONNECT) },
  { what: "the whole core", budget: 14_300, script: () => byEsbuild(dir, CORE) },
  { what: "`wschan.umd.min.js`", budget: 14_400, script: readUmd },
  {
    what: "`wschan/reconnect`, on top of the core",
    budget: 4_300,
    script: () => byEsbuild(dir, RECONNECT, ON_TOP),
  },
  {
    what: "`gunzip` of `wschan/codec`, on top of the core",
    budget: 4_300,
    script: () => byEsbuild(dir, GUNZIP, ON_TOP),
  },
  {
    what: "all its codecs that only inflate",
    budget: 5_100,
    script: () => byEsbuild(dir, INFLATING, ON_TOP),
  },
];

/** The same by another bundler, of which the README says nothing. */
const OTHER_COSTS = [
  { what: "`connect` alone, by rollup", budget: 10_600, script: () => byRollup(dir, CONNECT) },
  { what: "the whole core, by rollup", budget: 14_300, script: () => byRollup(dir, CORE) },
  {
    what: "`wschan/reconnect`, on top of the core, by rollup",
    budget: 4_300,
    script: () => byRollup(dir, RECONNECT, ON_TOP),
  },
  {
    what: "all codecs that only inflate, by rollup",
    budget: 5_100,
    script: () => byRollup(dir, INFLATING, ON_TOP),
  },
];

test.each([...COSTS, ...OTHER_COSTS])(
  "$what costs at most $budget bytes",
  async ({ budget, script }) => {
    expect(gzipSize(await script())).toBeLessThanOrEqual(budget);
  },
);

test("the README's table of sizes tells what is measured", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const rows = COSTS.map(async ({ what, script }) => ({
    import: what,
    "min+gzip": formatSize(gzipSize(await script())),
  }));
  expect(readTable(readme, "## Size")).toEqual(await Promise.all(rows));
});

test.each([
  [5_900, "5.9 kB"],
  [5_901, "6.0 kB"],
  [6_000, "6.0 kB"],
])("%i bytes are written as %s, never as less than they are", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
