import { join } from "node:path";
import { promisify } from "node:util";
import pack from "webpack";
import type { Bundler } from "./bundle.js";

export const webpack: Bundler = async (dir, entry, target) => {
  const compiler = pack({
    context: dir,
    mode: "production",
    entry: { main: join(dir, entry) },
    output: { path: join(dir, "out") },
    target: target === "worker" ? "webworker" : "web",
  });
  const modules: string[] = [];
  // Listed before webpack concatenates the modules.
  compiler.hooks.compilation.tap("list-modules", (compilation) => {
    compilation.hooks.finishModules.tap("list-modules", (all) => {
      for (const module of all) modules.push(module.nameForCondition() ?? module.identifier());
    });
  });
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  if (stats === undefined) throw new Error("webpack: no stats");
  const problems = [...stats.compilation.errors, ...stats.compilation.warnings];
  return { modules, warnings: problems.map(({ message }) => message) };
};
