// @ts-check
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import dts from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";

/** What the bundle exports at run time. Its types are built after it. */
let values = /** @type {string[]} */ ([]);

/**
 * Writes an ES module beside a CommonJS bundle: `import` and `require` in one process then share one
 * implementation, so that a `Client` of one is a `Client` of the other. The names are the bundle's own.
 *
 * @param {string} fileName
 * @returns {import("rollup").Plugin}
 */
const esmWrapper = (fileName) => ({
  name: "esm-wrapper",
  generateBundle(_options, bundle) {
    const [chunk] = Object.values(bundle).filter((file) => file.type === "chunk");
    if (chunk === undefined) throw new Error("esm-wrapper: no bundle to wrap");
    values = chunk.exports;
    const names = values.filter((name) => name !== "default").sort();
    const source = [
      `import cjs from "./${chunk.fileName}";`,
      `export { ${names.join(", ")} } from "./${chunk.fileName}";`,
      "// To Node the default import is `module.exports`, to some bundlers its `default`.",
      "export default cjs.default ?? cjs;",
      "",
    ].join("\n");
    this.emitFile({ type: "asset", fileName, source });
  },
});

/**
 * Restores `export type { SomeClass }`, which rollup-plugin-dts turns into `export { SomeClass }`: the
 * types would promise a value that is not there.
 *
 * @type {import("rollup").Plugin}
 */
const typeOnlyClasses = {
  name: "type-only-classes",
  renderChunk(code) {
    const classes = [...code.matchAll(/^declare (?:abstract )?class (\w+)/gm)];
    return classes
      .map(([, name = ""]) => name)
      .filter((name) => !values.includes(name))
      .reduce(
        (text, name) =>
          text
            // In the lists of exports, the file's and those of its namespaces.
            .replace(
              new RegExp(`(?<=^ *export {.*[ ,])(\\w+ as )?${name}(?=,| })`, "gm"),
              "type $&",
            )
            .replace(new RegExp(`^declare const \\w+_${name}: typeof ${name};\n`, "gm"), ""),
        code,
      );
  },
};

/**
 * A warning is a mistake in the source or in this file: it must not scroll by.
 *
 * @param {import("rollup").RollupLog} warning
 * @returns {never}
 */
const onwarn = (warning) => {
  throw new Error(warning.message);
};

// `isomorphic-ws` is built in: no resolver of a user's ever meets its uneven packaging.
const external = ["ws", /^node:/];

/** @type {() => import("rollup").Plugin} */
const typescript = () => esbuild({ target: ["es2022", "node20"], tsconfig: "tsconfig.build.json" });

/**
 * The types of an entry, for `import` and for `require`.
 *
 * @param {string} name
 * @returns {import("rollup").RollupOptions}
 */
const types = (name) => ({
  input: `src/${name}.ts`,
  external,
  onwarn,
  plugins: [dts({ tsconfig: "tsconfig.build.json" }), typeOnlyClasses],
  output: [{ file: `dist/${name}.d.cts` }, { file: `dist/${name}.d.mts` }],
});

/** The global variable of a page that loads the bundle by a script tag. */
const GLOBAL = "wschan";

/** @type {import("rollup").RollupOptions[]} */
export default [
  {
    input: "src/node.ts",
    external,
    onwarn,
    plugins: [nodeResolve(), commonjs(), typescript(), esmWrapper("node.mjs")],
    output: { file: "dist/node.cjs", format: "cjs", exports: "named", sourcemap: true },
  },
  types("node"),
  {
    input: "src/browser.ts",
    onwarn,
    plugins: [typescript()],
    output: [
      { file: "dist/browser.mjs", format: "es", sourcemap: true },
      { file: "dist/browser.cjs", format: "cjs", exports: "named", sourcemap: true },
      {
        file: "dist/wschan.umd.js",
        format: "umd",
        name: GLOBAL,
        exports: "named",
        sourcemap: true,
      },
      {
        file: "dist/wschan.umd.min.js",
        format: "umd",
        name: GLOBAL,
        exports: "named",
        sourcemap: true,
        plugins: [terser({ ecma: 2020, compress: { passes: 2 } })],
      },
    ],
  },
  types("browser"),
];
