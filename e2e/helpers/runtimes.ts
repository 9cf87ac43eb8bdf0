import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../test/helpers/root.js";

/** Returns the path of a runtime that scripts/install-runtimes.mjs installs. Throws if it is missing. */
export function installed(name: string, command = name): string {
  const path = join(ROOT, ".runtimes", name, "node_modules/.bin", command);
  if (!existsSync(path))
    throw new Error(`${name} is not installed: run node scripts/install-runtimes.mjs`);
  return path;
}
