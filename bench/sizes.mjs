// @ts-check
// Sizes of bundles for pages, minified and gzipped, and their upper limits.
import { fileURLToPath } from "node:url";
import { byEsbuild, gzipSize } from "../test/helpers/size.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Imports, with the largest acceptable size of each in bytes. */
const IMPORTS = [
  { what: "`connect` alone", script: `export { connect } from "wschan";`, target: 9_400 },
  { what: "the whole core", script: `export * from "wschan";`, target: 13_000 },
];

/** @typedef {{ what: string, bytes: number, target: number }} Size */

/**
 * Builds each import, and measures its size.
 *
 * @returns {Promise<Size[]>}
 */
export function measureSizes() {
  return Promise.all(
    IMPORTS.map(async ({ what, script, target }) => ({
      what,
      target,
      bytes: gzipSize(await byEsbuild(ROOT, script)),
    })),
  );
}
