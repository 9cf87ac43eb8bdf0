import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import { build as buildByEsbuild } from "esbuild";
import { rollup } from "rollup";
import { build as buildByVite } from "vite";
import pack from "webpack";
import { expect, test } from "vitest";
import { ms } from "../../test/helpers/time.js";
import { runOrThrow } from "../../test/helpers/run.js";
import { makeProject } from "../helpers/project.js";

const PROGRAM = `
  import { connect } from "wschan";
  connect("ws://127.0.0.1:1/", { node: { proxy: "socks5://127.0.0.1:1" } }).catch((error) =>
    console.log(error.code, error.message),
  );`;

/** Builds program.mjs in a folder into out/main.cjs or out/main.mjs. Throws for an error. */
const BUNDLERS: Readonly<Record<string, (dir: string) => Promise<unknown>>> = {
  esbuild: async (dir) => {
    const { warnings } = await buildByEsbuild({
      absWorkingDir: dir,
      entryPoints: { main: "program.mjs" },
      outdir: "out",
      outExtension: { ".js": ".cjs" },
      bundle: true,
      platform: "node",
      logLevel: "silent",
    });
    return warnings;
  },
  webpack: async (dir) => {
    const compiler = pack({
      context: dir,
      mode: "production",
      entry: { main: join(dir, "program.mjs") },
      output: { path: join(dir, "out"), filename: "[name].cjs" },
      target: "node",
      // Optional packages of `ws`, for which webpack warns.
      externals: { bufferutil: "bufferutil", "utf-8-validate": "utf-8-validate" },
    });
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    return [...(stats?.compilation.errors ?? []), ...(stats?.compilation.warnings ?? [])];
  },
  Rollup: async (dir) => {
    const bundle = await rollup({
      input: { main: join(dir, "program.mjs") },
      plugins: [nodeResolve({ exportConditions: ["node"] }), commonjs({ ignoreTryCatch: true })],
      onLog: () => {},
    });
    await bundle.write({ dir: join(dir, "out"), format: "es", entryFileNames: "[name].mjs" });
    await bundle.close();
    return [];
  },
  "Vite for servers": async (dir) => {
    await buildByVite({
      root: dir,
      configFile: false,
      logLevel: "silent",
      ssr: { noExternal: true },
      build: {
        outDir: "out",
        ssr: "program.mjs",
        rolldownOptions: { output: { entryFileNames: "main.mjs" } },
      },
    });
    return [];
  },
};

test.each(Object.entries(BUNDLERS))(
  "%s bundles a program for Node without the optional package socks",
  { timeout: ms(60_000) },
  async (name, build) => {
    await using project = await makeProject({ "program.mjs": PROGRAM });
    expect(await build(project.dir)).toEqual([]);
    const file = name === "esbuild" || name === "webpack" ? "main.cjs" : "main.mjs";
    // In a folder without packages.
    await writeFile(join(project.dir, "out/package.json"), "{}");
    const { stdout } = await runOrThrow(process.execPath, [file], join(project.dir, "out"));
    expect(stdout).toMatch(/^UNSUPPORTED .*npm install socks/);
  },
);
