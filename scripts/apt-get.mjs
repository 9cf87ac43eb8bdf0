// @ts-check
// What the install scripts have in common: Debian's packages for the programs that are missing.
import { spawnSync } from "node:child_process";

/**
 * Sees to it that programs are there: a look if they are; else Debian's packages, where this may install
 * them. Fails, and names what is missing, where it may not.
 * @param {() => readonly import("../test/helpers/programs.mjs").Needed[]} find
 * @param {readonly string[]} elsewhere how to get them where there is no Debian, line by line
 */
export function installMissing(find, elsewhere) {
  const missing = () => find().filter(({ path }) => path === undefined);
  const packages = missing().map(({ package: name }) => name);
  const installed =
    packages.length === 0 ||
    (aptGet("update") && aptGet("install", "--yes", "--no-install-recommends", ...packages));
  const left = missing();
  if (left.length === 0) return;
  const what = left.map(({ what, package: name }) => `  ${what} (Debian: ${name})`);
  const names = left.map(({ package: name }) => name).join(" ");
  console.error(
    [
      `${installed ? "Still missing" : "Missing, and apt-get could not install it"}:`,
      ...what,
      `On Debian, as root: apt-get update && apt-get install --no-install-recommends ${names}`,
      ...elsewhere,
    ].join("\n"),
  );
  process.exitCode = 1;
}

/**
 * Runs apt-get, which only root may. Returns true if it succeeded.
 * @param {string[]} args
 */
function aptGet(...args) {
  if (process.getuid?.() !== 0) return false;
  const { status } = spawnSync("apt-get", args, {
    stdio: ["ignore", "inherit", "inherit"],
    // Offline, systemctl starts no server that a package brings: tests start their own.
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" },
  });
  return status === 0;
}
