import { cp, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../test/helpers/root.js";
import { makeProject } from "../helpers/project.js";
import type { Project } from "../helpers/project.js";

/**
 * Makes a user's project with examples/testing, the packed package, and links to the packages of this repository: test
 * runners, simulated pages, and React.
 */
export async function makeWorkspace(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = await makeProject(files);
  await cp(join(ROOT, "examples/testing"), project.dir, { recursive: true });
  const packages = join(project.dir, "node_modules");
  const packed = new Set(await readdir(packages));
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    // Caches stay separate.
    if (packed.has(name) || /^\.(?!bin$)/.test(name)) continue;
    await symlink(join(ROOT, "node_modules", name), join(packages, name), "junction");
  }
  return project;
}
