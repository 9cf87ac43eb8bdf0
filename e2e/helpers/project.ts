import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { ROOT } from "../../test/helpers/root.js";

/** The folder of a user's project, with a package.json without `type` and the packed package installed. */
export interface Project extends AsyncDisposable {
  readonly dir: string;
}

/** Makes a project that contains `files`, by name, and the files of fixtures/. */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), "wschan-user-"));
  const { dir: installed } = inject("packed");
  await cp(installed, dir, { recursive: true });
  await cp(join(ROOT, "e2e/fixtures"), dir, { recursive: true });
  for (const [name, source] of Object.entries(files)) await writeFile(join(dir, name), source);
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}
