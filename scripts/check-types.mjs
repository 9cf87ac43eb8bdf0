// @ts-check
// `npm run types`: type-checks each TypeScript project. The incremental builds in node_modules/.cache let TypeScript
// check only the files that changes since the last run may affect.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** The compiler's arguments for each project, by the name of its cache file. */
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
