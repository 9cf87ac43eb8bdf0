// @ts-check
// `npm run types`: type-checks each project of TypeScript. TypeScript compares the text of every file with
// that of the last run, in node_modules/.cache, and checks again what a change may affect.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** The arguments of the compiler for each project, by the name of its cache. */
const PROJECTS = {
  all: ["-p", "."],
  examples: ["-p", "examples"],
  build: ["-p", "tsconfig.build.json", "--isolatedDeclarations"],
  core: ["-p", "tsconfig.core.json"],
};

for (const [name, args] of Object.entries(PROJECTS)) {
  const cache = [
    "--incremental",
    "--tsBuildInfoFile",
    `node_modules/.cache/wschan/${name}.tsbuildinfo`,
  ];
  const command = ["node_modules/typescript/bin/tsc", ...args, ...cache];
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
