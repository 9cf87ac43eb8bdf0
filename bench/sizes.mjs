// @ts-check
// What a page pays, in bytes of min+gzip, and what it is to pay at most.
import { fileURLToPath } from "node:url";
import { byEsbuild, gzipSize } from "../test/helpers/size.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const LOADS = [
  { what: "`connect` alone", script: `export { connect } from "wschan";`, target: 9_400 },
  { what: "the whole core", script: `export * from "wschan";`, target: 13_000 },
];

/** @typedef {{ what: string, bytes: number, target: number }} Size */

/** @returns {Promise<Size[]>} */
export function measureSizes() {
  return Promise.all(
    LOADS.map(async ({ what, script, target }) => ({
      what,
      target,
      bytes: gzipSize(await byEsbuild(ROOT, script)),
    })),
  );
}
