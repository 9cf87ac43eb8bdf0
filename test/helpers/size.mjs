// @ts-check
// Measures the size of bundles for pages. This file is JavaScript because benchmarks run without a build.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { build } from "esbuild";
import { rollup } from "rollup";

/**
 * Bundles and minifies the module `source`. Its imports are resolved from the folder `dir`.
 *
 * @typedef {(dir: string, source: string) => Promise<string>} Minify
 */

/**
 * Bundles for pages with esbuild.
 *
 * @type {Minify}
 */
export const byEsbuild = async (dir, source) => {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: dir },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions: ["browser"],
    // A page that imports it has it anyway.
    external: ["react"],
    // The tsconfig.json of this repository would resolve "wschan" to its source.
    tsconfigRaw: "{}",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
};

/**
 * Bundles for pages with rollup and terser.
 *
 * @type {Minify}
 */
export const byRollup = async (dir, source) => {
  const bundle = await rollup({
    input: "page",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page" ? join(dir, "page.mjs") : null),
        load: (id) => (id === join(dir, "page.mjs") ? source : null),
      },
      nodeResolve({ browser: true }),
      terser({ ecma: 2020, module: true }),
    ],
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  return output[0].code;
};

/**
 * Returns the size of a text in bytes after gzip at level 9.
 *
 * @param {string} text
 */
export function gzipSize(text) {
  return gzipSync(text, { level: 9 }).byteLength;
}

/**
 * Formats a size like the README: in kB, rounded up to one decimal.
 *
 * @param {number} bytes
 */
export function formatSize(bytes) {
  return `${(Math.ceil(bytes / 100) / 10).toFixed(1)} kB`;
}
