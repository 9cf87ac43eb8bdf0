import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { byEsbuild, byRollup, formatSize, gzipSize } from "../helpers/size.mjs";
import { readTable } from "../helpers/tables.js";
import { ms } from "../helpers/time.js";

const { dir } = inject("packed");

const CONNECT = `export { connect } from "wschan";`;
const CORE = `export * from "wschan";`;
const RECONNECT = `export * from "wschan/reconnect";`;
/** The codecs that only inflate. */
const INFLATING = `export {
  gunzip, unzlib, inflateRaw, auto, zlibStream, deflateStream
} from "wschan/codec";`;
const WEB_SOCKET = `export { WebSocket, webSocketClass } from "wschan/compat";`;
const COMPAT = `export * from "wschan/compat";`;
const HUB = `export { createHub } from "wschan/hub";`;
const REACT = `export * from "wschan/react";`;
const GUNZIP = `export { gunzip } from "wschan/codec";`;

/** Reads the minified script for pages without a bundler. */
const readUmd = (): Promise<string> =>
  readFile(join(dir, "node_modules/wschan/dist/wschan.umd.min.js"), "utf8");

const sizeOf = async (minify: typeof byEsbuild, source: string): Promise<number> =>
  gzipSize(await minify(dir, source));

/** Returns the bytes that `source` adds to a page that has `base`. */
const sizeOnTop = async (minify: typeof byEsbuild, source: string, base = CORE): Promise<number> =>
  (await sizeOf(minify, base + source)) - (await sizeOf(minify, base));

/**
 * Imports of a page, named as in the README, and their largest size in bytes after gzip. A change that
 * raises a budget needs an entry in the changelog. The goals are 9,400 for `connect` and 13,000 for the
 * whole core.
 */
const COSTS = [
  { what: "`connect` alone", budget: 11_900, size: () => sizeOf(byEsbuild, CONNECT) },
  { what: "the whole core", budget: 15_600, size: () => sizeOf(byEsbuild, CORE) },
  { what: "`wschan.umd.min.js`", budget: 15_700, size: async () => gzipSize(await readUmd()) },
  {
    what: "`wschan/reconnect`, on top of the core",
    budget: 6_100,
    size: () => sizeOnTop(byEsbuild, RECONNECT),
  },
  {
    what: "`WebSocket` of `wschan/compat`, on top of the core",
    budget: 2_900,
    size: () => sizeOnTop(byEsbuild, WEB_SOCKET),
  },
  {
    what: "`wschan/compat` with its `ReconnectingWebSocket`",
    budget: 10_000,
    size: () => sizeOnTop(byEsbuild, COMPAT),
  },
  {
    what: "`createHub` of `wschan/hub`, on top of the core",
    budget: 2_000,
    size: () => sizeOnTop(byEsbuild, HUB),
  },
  {
    what: "`wschan/hub` with its `jsonRpc`",
    budget: 4_000,
    size: () => sizeOnTop(byEsbuild, `export * from "wschan/hub";`),
  },
  {
    what: "`wschan/react`, on top of React, `reconnecting` and `createHub`",
    budget: 1_200,
    size: () => sizeOnTop(byEsbuild, REACT, CORE + RECONNECT + HUB),
  },
  {
    what: "`gunzip` of `wschan/codec`, on top of the core",
    budget: 3_400,
    size: () => sizeOnTop(byEsbuild, GUNZIP),
  },
  {
    what: "all its codecs that only inflate",
    budget: 4_200,
    size: () => sizeOnTop(byEsbuild, INFLATING),
  },
];

/** Sizes with another bundler, which are not in the README. */
const OTHER_COSTS = [
  { what: "`connect` alone, by rollup", budget: 11_800, size: () => sizeOf(byRollup, CONNECT) },
  { what: "the whole core, by rollup", budget: 15_500, size: () => sizeOf(byRollup, CORE) },
  {
    what: "`wschan/reconnect`, on top of the core, by rollup",
    budget: 6_200,
    size: () => sizeOnTop(byRollup, RECONNECT),
  },
  {
    what: "all codecs that only inflate, by rollup",
    budget: 4_300,
    size: () => sizeOnTop(byRollup, INFLATING),
  },
];

test.each([...COSTS, ...OTHER_COSTS])(
  "$what costs at most $budget bytes",
  // Bundling takes seconds of processor time.
  { timeout: ms(30_000) },
  async ({ budget, size }) => {
    expect(await size()).toBeLessThanOrEqual(budget);
  },
);

test("the README's table of sizes states the measured sizes", { timeout: ms(60_000) }, async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const rows = COSTS.map(async ({ what, size }) => ({
    import: what,
    "min+gzip": formatSize(await size()),
  }));
  expect(readTable(readme, "## Size")).toEqual(await Promise.all(rows));
});

test.each([
  [5_900, "5.9 kB"],
  [5_901, "6.0 kB"],
  [6_000, "6.0 kB"],
])("formats %i bytes as %s, rounded up", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
