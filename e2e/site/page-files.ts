import { readdirSync } from "node:fs";

/** Returns the paths of all pages in the folder of a built site, with `/` between folders. */
export function pagesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".html"))
    .sort();
}
