import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { join } from "node:path";
import { rollup as build } from "rollup";
import type { Bundler } from "./bundle.js";

export const rollup: Bundler = async (dir, entry) => {
  const warnings: string[] = [];
  const bundle = await build({
    input: { main: join(dir, entry) },
    plugins: [nodeResolve({ browser: true }), terser()],
    onLog: (level, { message }) => {
      if (level === "warn") warnings.push(message);
    },
  });
  const { output } = await bundle.write({ dir: join(dir, "out"), format: "es" });
  await bundle.close();
  const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
  return { modules, warnings };
};
