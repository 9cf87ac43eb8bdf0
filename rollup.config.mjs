// @ts-check
import { readFileSync } from "node:fs";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import dts from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";

/** What an entry's bundle exports at run time, by the entry's folder. Its types are built after it. */
const values = /** @type {Map<string, string[]>} */ (new Map());

/**
 * Writes an ES module beside a CommonJS bundle: `import` and `require` in one process then share one
 * implementation, so that a `Client` of one is a `Client` of the other. The names are the bundle's own.
 *
 * @param {string} folder
 * @returns {import("rollup").Plugin}
 */
const esmWrapper = (folder) => ({
  name: "esm-wrapper",
  generateBundle(_options, bundle) {
    const [chunk] = Object.values(bundle).filter((file) => file.type === "chunk");
    if (chunk === undefined) throw new Error("esm-wrapper: no bundle to wrap");
    values.set(folder, chunk.exports);
    const names = chunk.exports.filter((name) => name !== "default").sort();
    const named = `export { ${names.join(", ")} } from "./node.cjs";\n`;
    const source = chunk.exports.includes("default")
      ? [
          `import cjs from "./node.cjs";\n`,
          named,
          "// To Node the default import is `module.exports`, to some bundlers its `default`.\n",
          "export default cjs.default ?? cjs;\n",
        ].join("")
      : named;
    this.emitFile({ type: "asset", fileName: chunk.fileName.replace(".cjs", ".mjs"), source });
  },
});

/**
 * Moves `exports.default` behind the named exports. The default export is frozen, and an evaluator that
 * makes it the module object, as Vitest's does for inlined packages, sets every later export on it.
 *
 * @type {import("rollup").Plugin}
 */
const defaultExportLast = {
  name: "default-export-last",
  generateBundle({ format }, bundle) {
    if (format === "es") return;
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      // These lines have no place in the source map, so it stays correct.
      file.code = file.code.replace(
        /^(\s*exports\.default = .*\n)((?:\s*exports\.\w+ = .*\n)*)/m,
        "$2$1",
      );
    }
  },
};

/**
 * Restores `export type { SomeClass }`, which rollup-plugin-dts turns into `export { SomeClass }`: the
 * types would promise a value that is not there.
 *
 * @param {string} folder
 * @returns {import("rollup").Plugin}
 */
const typeOnlyClasses = (folder) => ({
  name: "type-only-classes",
  renderChunk(code) {
    const classes = [...code.matchAll(/^declare (?:abstract )?class (\w+)/gm)];
    return classes
      .map(([, name = ""]) => name)
      .filter((name) => !values.get(folder)?.includes(name))
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
});

const portable = readFileSync(new URL("scripts/portable-types.d.ts", import.meta.url), "utf8");

/**
 * Puts scripts/portable-types.d.ts on top of types that use a name it declares.
 *
 * @type {import("rollup").Plugin}
 */
const portableTypes = {
  name: "portable-types",
  renderChunk(code) {
    const withoutComments = code.replace(/\/\*[^]*?\*\//g, "");
    const isUsed = /\b(AbortSignal|Headers|URL|AsyncIterableIterator)\b/.test(withoutComments);
    return isUsed ? `${portable}\n${code}` : null;
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

// `isomorphic-ws` is built in: no resolver of a user's ever meets its uneven packaging. The sub-paths
// import the core as users do, and hold no second copy of it.
const external = ["ws", "wschan", "fflate", /^node:/];

/** @type {() => import("rollup").Plugin} */
const typescript = () => esbuild({ target: ["es2022", "node20"], tsconfig: "tsconfig.build.json" });

/**
 * The types of an entry, for `import` and for `require`.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {import("rollup").RollupOptions}
 */
const types = (folder, name) => ({
  input: `src/${folder}${name}.ts`,
  external,
  onwarn,
  plugins: [dts({ tsconfig: "tsconfig.build.json" }), typeOnlyClasses(folder), portableTypes],
  output: [".d.cts", ".d.mts"].map((extension) => ({ file: `dist/${folder}${name}${extension}` })),
});

/**
 * Code at the start of a UMD script that needs the global variable `name`, which another script defines.
 *
 * @param {string} file
 * @param {string} name
 */
const requireGlobal = (file, name) =>
  `if (!${name}) throw new Error("${file}: load the script of ${name} first");`;

/**
 * All that ships of an import: the core, or a sub-path, whose folder is `reconnect/`. A page that loads it
 * by a script tag finds it in the global variable `global`.
 *
 * @param {string} folder
 * @param {string} global
 * @param {string} file
 * @returns {import("rollup").RollupOptions[]}
 */
const bundles = (folder, global, file) => {
  /** @type {import("rollup").OutputOptions} */
  const common = { exports: "named", sourcemap: true };
  /** @type {import("rollup").OutputOptions} */
  const umd = {
    ...common,
    format: "umd",
    name: global,
    globals: { wschan: "wschan", fflate: "fflate" },
    intro: ({ imports }) => imports.map((name) => requireGlobal(file, name)).join("\n"),
  };
  // A page may not declare a charset. What esbuild prints is ASCII by default.
  const minify = terser({ ecma: 2020, compress: { passes: 2 }, format: { ascii_only: true } });
  return [
    {
      input: `src/${folder}node.ts`,
      external,
      onwarn,
      plugins: [nodeResolve(), commonjs(), typescript(), defaultExportLast, esmWrapper(folder)],
      output: { ...common, file: `dist/${folder}node.cjs`, format: "cjs" },
    },
    types(folder, "node"),
    {
      input: `src/${folder}browser.ts`,
      external: ["wschan", "fflate"],
      onwarn,
      plugins: [typescript(), defaultExportLast],
      output: [
        { ...common, file: `dist/${folder}browser.mjs`, format: "es" },
        { ...common, file: `dist/${folder}browser.cjs`, format: "cjs" },
        { ...umd, file: `dist/${folder}${file}.umd.js` },
        { ...umd, file: `dist/${folder}${file}.umd.min.js`, plugins: [minify] },
      ],
    },
    types(folder, "browser"),
  ];
};

/** @type {import("rollup").RollupOptions[]} */
export default [
  ...bundles("", "wschan", "wschan"),
  ...bundles("reconnect/", "wschanReconnect", "wschan-reconnect"),
  ...bundles("codec/", "wschanCodec", "wschan-codec"),
];
