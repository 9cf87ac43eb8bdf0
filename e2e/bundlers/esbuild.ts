import { build } from "esbuild";
import type { Bundler } from "./bundle.js";

export const esbuild: Bundler = async (dir, entry) => {
  const { metafile, warnings } = await build({
    absWorkingDir: dir,
    entryPoints: { main: entry },
    outdir: "out",
    bundle: true,
    minify: true,
    metafile: true,
    logLevel: "silent",
  });
  return {
    modules: Object.keys(metafile.inputs),
    warnings: warnings.map(({ text }) => text),
  };
};
