import { build, createLogger } from "vite";
import type { Rolldown } from "vite";
import type { Bundler } from "./bundle.js";

export const vite: Bundler = async (dir) => {
  const warnings: string[] = [];
  const warn = (message: string): number => warnings.push(message);
  const modules: string[] = [];
  const list = {
    name: "list-modules",
    generateBundle: (_options: unknown, output: Rolldown.OutputBundle) => {
      for (const file of Object.values(output)) {
        if (file.type === "chunk") modules.push(...file.moduleIds);
      }
    },
  };
  await build({
    root: dir,
    configFile: false,
    // Vite prints its progress even with a custom logger.
    logLevel: "warn",
    customLogger: { ...createLogger("silent"), warn, warnOnce: warn, error: warn },
    build: { outDir: "out" },
    plugins: [list],
    // The scripts of workers are built separately.
    worker: { format: "es", plugins: () => [list] },
  });
  return { modules, warnings };
};
