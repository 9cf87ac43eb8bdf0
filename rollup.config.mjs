// @ts-check
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import dts from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";

/** The folders of `src/` that are published as sub-paths of the package. */
const SUB_PATHS = ["reconnect", "codec", "compat", "testing", "hub", "react"];

const SOURCE = fileURLToPath(new URL("src/", import.meta.url));

const FOLDERS = ["", ...SUB_PATHS.map((name) => `${name}/`)];

/**
 * Returns the entries of a platform, by their paths in `dist/`.
 *
 * @param {string} platform
 */
const entries = (platform) =>
  Object.fromEntries(
    FOLDERS.map((folder) => [`${folder}${platform}`, `src/${folder}${platform}.ts`]),
  );

/**
 * Returns the name of the chunk for a module that several entries share: there is one for the core and one for each
 * sub-path. So a class exists only once in a process or page, even if several entries are imported. Returns
 * `undefined` for an entry, and for a module that only one platform uses.
 *
 * @param {string} id
 */
const chunkOf = (id) => {
  if (!id.startsWith(SOURCE)) return undefined;
  const path = id.slice(SOURCE.length);
  if (/(^|[\\/])(node|browser)\.ts$/.test(path)) return undefined;
  // Node's core uses these, and `wschan/testing` on every platform.
  const isNodeOption = /^options[\\/](node-parsers|headers|proxy-|tls-)|^protocol[\\/]proxy-/;
  if (isNodeOption.test(path)) return "node-options";
  if (/^transport[\\/]node|websocket-stream|native\.ts$/.test(path)) return undefined;
  const folder = SUB_PATHS.find((name) => path.startsWith(name));
  return folder === undefined ? "core" : `${folder}/core`;
};

/**
 * Returns the directive by which React Server Components recognize code of the browser: the entries of `wschan/react`.
 * It has no effect on other modules, and some bundlers warn of each.
 *
 * @param {{ readonly name: string, readonly isEntry: boolean }} chunk
 */
const directive = ({ name, isEntry }) =>
  isEntry && name.startsWith("react/") ? `"use client";\n` : "";

/** The names that each entry exports at run time. The build of the types, which is later, reads them. */
const values = /** @type {Map<string, readonly string[]>} */ (new Map());

/**
 * Writes an ES module for each CommonJS entry for Node, which exports the same objects. So `import` and `require` in
 * one process share one implementation, and `instanceof` works across both.
 *
 * @type {import("rollup").Plugin}
 */
const esmWrappers = {
  name: "esm-wrappers",
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk" || !chunk.isEntry) continue;
      values.set(chunk.name, chunk.exports);
      if (!chunk.name.endsWith("node")) continue;
      const names = chunk.exports.filter((name) => name !== "default").sort();
      const named = `export { ${names.join(", ")} } from "./node.cjs";\n`;
      const source = chunk.exports.includes("default")
        ? [
            `import cjs from "./node.cjs";\n`,
            named,
            "// The default import is `module.exports` in Node, and `module.exports.default` in some bundlers.\n",
            "export default cjs.default ?? cjs;\n",
          ].join("")
        : named;
      const fileName = `${chunk.name}.mjs`;
      this.emitFile({ type: "asset", fileName, source: directive(chunk) + source });
    }
  },
};

/**
 * Moves `exports.default` after the named exports. The default export is frozen. Some evaluators, such as Vitest's for
 * inlined packages, use it as the module object, and would fail to set the exports that follow it.
 *
 * @type {import("rollup").Plugin}
 */
const defaultExportLast = {
  name: "default-export-last",
  generateBundle({ format }, bundle) {
    if (format === "es") return;
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      // The source map has no mappings for these lines, so it stays correct.
      file.code = file.code.replace(
        /^(\s*exports\.default = .*\n)((?:\s*exports\.\w+ = .*\n)*)/m,
        "$2$1",
      );
    }
  },
};

/**
 * Restores `export type { SomeClass }`, which rollup-plugin-dts turns into `export { SomeClass }`: the types would
 * declare a value that does not exist.
 *
 * @type {import("rollup").Plugin}
 */
const typeOnlyClasses = {
  name: "type-only-classes",
  renderChunk(code, chunk) {
    const exported = values.get(chunk.name);
    if (!chunk.isEntry || exported === undefined) return null;
    return code.replace(/^( *)export \{([^}]*)\}/gm, (_all, indent, list) => {
      const items = String(list)
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
        .map((item) => {
          const name = item.split(" ").at(-1) ?? item;
          return item.startsWith("type ") || exported.includes(name) ? item : `type ${item}`;
        });
      return `${indent}export { ${items.join(", ")} }`;
    });
  },
};

const portable = readFileSync(new URL("scripts/portable-types.d.ts", import.meta.url), "utf8");

/**
 * Inserts scripts/portable-types.d.ts at the top of types that use one of its names.
 *
 * @type {import("rollup").Plugin}
 */
const portableTypes = {
  name: "portable-types",
  renderChunk(code) {
    const withoutComments = code.replace(/\/\*[^]*?\*\//g, "");
    const isUsed = /\b(AbortSignal|Blob|Event|Headers|URL|AsyncIterableIterator)\b/.test(
      withoutComments,
    );
    return isUsed ? `${portable}\n${code}` : null;
  },
};

/**
 * Writes the types of the entries for browsers, which are the same as those for Node.
 *
 * @type {import("rollup").Plugin}
 */
const browserTypes = {
  name: "browser-types",
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk" || !chunk.isEntry) continue;
      const fileName = chunk.fileName.replace(/node(?=\.d\.)/, "browser");
      this.emitFile({ type: "asset", fileName, source: chunk.code });
    }
  },
};

/**
 * Makes the types of a sub-path import those of the core from `wschan`, and those of another sub-path from it, as
 * users do.
 *
 * @param {string} folder
 * @returns {import("rollup").Plugin}
 */
const coreByName = (folder) => ({
  name: "core-by-name",
  resolveId: {
    order: "pre",
    handler: (id, importer) => {
      const own = join(SOURCE, folder);
      if (!importer?.startsWith(own) || !id.startsWith("../")) return null;
      const path = resolve(dirname(importer), id);
      if (path.startsWith(own)) return null;
      const subPath = SUB_PATHS.find((name) => path.startsWith(join(SOURCE, name, "/")));
      return { id: subPath ? `wschan/${subPath}` : "wschan", external: true };
    },
  },
});

/**
 * Fails the build on a warning, because it means a mistake in the source or in this file.
 *
 * @param {import("rollup").RollupLog} warning
 * @returns {never}
 */
const onwarn = (warning) => {
  throw new Error(warning.message);
};

/** @type {() => import("rollup").Plugin} */
const typescript = () => esbuild({ target: ["es2022", "node20"], tsconfig: "tsconfig.build.json" });

// ASCII only, because a page may not declare a charset. The output of esbuild is ASCII by default.
const minify = terser({ ecma: 2020, compress: { passes: 2 }, format: { ascii_only: true } });

/** @type {import("rollup").OutputOptions} */
const common = {
  dir: "dist",
  exports: "named",
  sourcemap: true,
  manualChunks: chunkOf,
  hoistTransitiveImports: false,
  banner: directive,
};

/**
 * Builds a script for pages without a bundler, plain and minified, which sets the global variable `wschan`.
 *
 * @param {string} input
 * @param {string} name
 * @returns {import("rollup").RollupOptions}
 */
const script = (input, name) => ({
  input,
  onwarn,
  plugins: [nodeResolve({ browser: true }), typescript(), defaultExportLast],
  output: [
    { suffix: ".umd.js", plugins: [] },
    { suffix: ".umd.min.js", plugins: [minify] },
  ].map(({ suffix, plugins }) => ({
    file: `dist/${name}${suffix}`,
    format: "umd",
    name: "wschan",
    exports: "named",
    sourcemap: true,
    plugins,
  })),
});

/**
 * Builds the types of the entries in a folder, for `import` and for `require`.
 *
 * @param {string} folder
 * @returns {import("rollup").RollupOptions}
 */
const types = (folder) => ({
  input: { [`${folder}node`]: `src/${folder}node.ts` },
  external: [/^wschan/, /^node:/],
  onwarn,
  plugins: [
    ...(folder ? [coreByName(folder)] : []),
    dts({ tsconfig: "tsconfig.build.json" }),
    typeOnlyClasses,
    portableTypes,
    browserTypes,
  ],
  output: ["cts", "mts"].map((extension) => ({
    dir: "dist",
    entryFileNames: `[name].d.${extension}`,
  })),
});

/** @type {import("rollup").RollupOptions[]} */
export default [
  {
    input: { ...entries("node"), ...entries("browser") },
    // `isomorphic-ws` is bundled, because some resolvers of users do not handle its packaging.
    external: ["ws", "fflate", "socks", "react", /^node:/],
    onwarn,
    plugins: [nodeResolve(), commonjs(), typescript(), defaultExportLast, esmWrappers],
    output: {
      ...common,
      format: "cjs",
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name].cjs",
    },
  },
  {
    input: entries("browser"),
    external: ["fflate", "react"],
    onwarn,
    plugins: [typescript()],
    output: { ...common, format: "es", entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" },
  },
  script("src/browser.ts", "wschan"),
  script("src/all.ts", "wschan.all"),
  ...FOLDERS.map(types),
];
