import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The result of a production build of a user's project. */
export interface Bundle {
  /** The paths of all modules in the bundle. */
  readonly modules: readonly string[];
  readonly warnings: readonly string[];
}

/** The environment that a bundle runs in. */
export type Target = "page" | "worker";

/**
 * Builds `entry` in the folder `dir` for production, as a user would, into the subfolder `out`. The entry of Vite is
 * always the page index.html; the other bundlers build the script `entry` into out/main.js.
 */
export type Bundler = (dir: string, entry: string, target: Target) => Promise<Bundle>;

/** Returns the text of all scripts that a bundler has written. */
export async function readScripts(dir: string): Promise<string> {
  const names = await readdir(join(dir, "out"), { recursive: true });
  const scripts = names.filter((name) => name.endsWith(".js"));
  const texts = await Promise.all(scripts.map((name) => readFile(join(dir, "out", name), "utf8")));
  return texts.join("\n");
}
