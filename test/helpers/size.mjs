// @ts-check
// What a page pays. In JavaScript, because the benchmarks run without a build too.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { build } from "esbuild";
import { rollup } from "rollup";

/**
 * Bundles the module `source`, which finds its packages from the folder `dir`, and minifies it.
 *
 * @typedef {(dir: string, source: string) => Promise<string>} Minify
 */

/**
 * As a page is built by esbuild.
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
    // As a user's: this repository's own leads "wschan" to the source.
    tsconfigRaw: "{}",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
};

/**
 * As a page is built by rollup with terser.
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
 * What a text costs on the wire: its bytes under gzip's level 9.
 *
 * @param {string} text
 */
export function gzipSize(text) {
  return gzipSync(text, { level: 9 }).byteLength;
}

/**
 * A size as the README tells it: in kB, rounded up to one decimal.
 *
 * @param {number} bytes
 */
export function formatSize(bytes) {
  return `${(Math.ceil(bytes / 100) / 10).toFixed(1)} kB`;
}
