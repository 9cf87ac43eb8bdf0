import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a production build has made of a user's project. */
export interface Bundle {
  /** Every module that is in it, by path. */
  readonly modules: readonly string[];
  readonly warnings: readonly string[];
}

/** Where a bundle will run. */
export type Target = "page" | "worker";

/**
 * Builds `entry` of the folder `dir` for production, as a user would, into the folder `out` within.
 * Vite's entry is the page index.html, the others' a script, which becomes out/main.js.
 */
export type Bundler = (dir: string, entry: string, target: Target) => Promise<Bundle>;

/** The text of all scripts that a bundler has written. */
export async function readScripts(dir: string): Promise<string> {
  const names = await readdir(join(dir, "out"), { recursive: true });
  const scripts = names.filter((name) => name.endsWith(".js"));
  const texts = await Promise.all(scripts.map((name) => readFile(join(dir, "out", name), "utf8")));
  return texts.join("\n");
}
