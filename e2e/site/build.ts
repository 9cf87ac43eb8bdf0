import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ROOT } from "../../test/helpers/root.js";
import { runOrThrow } from "../../test/helpers/run.js";
import { ms } from "../../test/helpers/time.js";

declare module "vitest" {
  interface ProvidedContext {
    /** `dir` is the folder with the built site. */
    readonly site: { readonly dir: string };
  }
}

/** Global setup of Vitest projects: builds the documentation site once for all their tests. */
export default async function setup(project: TestProject): Promise<void> {
  await runOrThrow("npm", ["run", "docs:build"], ROOT, ms(300_000));
  project.provide("site", { dir: join(ROOT, "docs/.vitepress/dist") });
}
