// @ts-check
// Shared by the install scripts: installs missing programs as Debian packages.
import { spawnSync } from "node:child_process";

/** @typedef {import("../test/helpers/programs.mjs").Needed} Needed */

/**
 * Installs the Debian packages of the programs that are missing, if it runs as root on Debian. Prints one
 * line for each program that is still missing, and then sets exit code 1.
 * @param {() => readonly Needed[]} find lists all programs, with the path of those that are installed
 * @param {(missing: readonly Needed[]) => void} [fallback] installs programs that apt-get could not install
 */
export function installMissing(find, fallback) {
  const findMissing = () => find().filter(({ path }) => path === undefined);
  const packages = findMissing().map(({ package: name }) => name);
  if (packages.length === 0) return;
  if (runAptGet("update")) runAptGet("install", "--yes", "--no-install-recommends", ...packages);
  const missing = findMissing();
  if (missing.length > 0) fallback?.(missing);
  for (const { what, package: name } of findMissing()) {
    console.error(
      `Not installed: ${what} (on Debian, as root: apt-get install ${name}; otherwise put it on PATH)`,
    );
    process.exitCode = 1;
  }
}

/**
 * Runs apt-get, which only root may do. Returns true if it succeeded.
 * @param {string[]} args
 */
function runAptGet(...args) {
  if (process.getuid?.() !== 0) return false;
  const { status } = spawnSync("apt-get", args, {
    stdio: ["ignore", "inherit", "inherit"],
    // With SYSTEMD_OFFLINE, systemctl starts none of the servers that a package contains: the tests start
    // their own.
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" },
  });
  return status === 0;
}
