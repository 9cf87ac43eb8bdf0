import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { ROOT } from "./root.js";
import { run, runOrThrow, type RunResult } from "./run.js";

declare module "vitest" {
  interface ProvidedContext {
    readonly packed: { readonly dir: string; readonly tarball: string };
  }
}

/** The package as `npm publish` would upload it, installed in a separate folder. */
export interface Packed {
  /** Folder of a user's project: a package.json without `type`, and node_modules. */
  readonly dir: string;
  readonly tarball: string;
  /** Writes `source` to `file` in the folder and runs it with Node. */
  run(file: string, source: string): Promise<RunResult>;
}

/** Global setup of Vitest projects: packs and installs the package once for all their tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "wschan-pack-"));
  const dir = join(root, "user");
  await mkdir(dir);
  await writeFile(join(dir, "package.json"), "{}\n");
  // The `prepack` script would rebuild dist/ while other tests read it.
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", root];
  await runOrThrow("npm", pack, ROOT);
  const name = (await readdir(root)).find((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Error("npm pack: no tarball");
  const tarball = join(root, name);
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  await runOrThrow("npm", ["install", ...quiet, tarball], dir);
  // `wschan/react` finds React, an optional peer, above the folder. The folder itself has only the packages that npm has installed.
  await mkdir(join(root, "node_modules"));
  const react = join(ROOT, "node_modules/react");
  await symlink(react, join(root, "node_modules/react"), "junction");
  project.provide("packed", { dir, tarball });
  return () => rm(root, { recursive: true, force: true });
}

/** Returns the installed package, in projects that use this file as their global setup. */
export function installPacked(): Promise<Packed> {
  const { dir, tarball } = inject("packed");
  return Promise.resolve({
    dir,
    tarball,
    async run(file, source) {
      await writeFile(join(dir, file), source);
      return run(process.execPath, [file], dir);
    },
  });
}
