// @ts-check
// Installs the runtimes that e2e/runtimes/ tests, from the npm registry. Each has its own folder, .runtimes/<name>/,
// because some install a `node` into node_modules/.bin, which must not shadow the real one. `rpc-websockets` is there
// as well, because it installs `bufferutil`, which would make `ws` faster than it is for most users. Skips runtimes that are
// already installed in the right version. Prints one line for each runtime that cannot be installed, and then sets
// exit code 1.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const isWindows = process.platform === "win32";
const NODE_PACKAGE = `node-${isWindows ? "win" : process.platform}-${process.arch}`;

/**
 * The package and version of each runtime.
 *
 * @type {Readonly<Record<string, readonly [name: string, version: string]>>}
 */
const RUNTIMES = {
  "node-22": [NODE_PACKAGE, "22.23.3"],
  "node-24": [NODE_PACKAGE, "24.21.0"],
  "node-26": [NODE_PACKAGE, "26.10.0"],
  deno: ["deno", "2.9.6"],
  bun: ["bun", "1.4.5"],
  workerd: ["workerd", "1.20261117.1"],
  "rpc-websockets": ["rpc-websockets", "10.0.1"],
};

const root = fileURLToPath(new URL("../.runtimes", import.meta.url));

for (const [runtime, [name, version]] of Object.entries(RUNTIMES)) {
  const dir = join(root, runtime);
  if (findVersion(dir, name) === version) continue;
  console.log(`${runtime}: installing ${name} ${version}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "package.json"), "{}\n");
  const flags = ["--save-exact", "--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  try {
    // On Windows npm is a batch file, which only a shell can run.
    execFileSync("npm", ["install", ...flags, `${name}@${version}`], {
      cwd: dir,
      stdio: "inherit",
      shell: isWindows,
    });
  } catch {
    console.error(`Not installed: ${runtime} (npm install ${name}@${version} failed)`);
    process.exitCode = 1;
  }
}

/**
 * Returns the version of a package that is installed in `dir`; `undefined` if it is not installed.
 *
 * @param {string} dir
 * @param {string} name
 */
function findVersion(dir, name) {
  try {
    const manifest = readFileSync(join(dir, "node_modules", name, "package.json"), "utf8");
    return JSON.parse(manifest).version;
  } catch {
    return undefined;
  }
}
