// @ts-check
// Finds the programs that tests need. This file is JavaScript because install scripts run without a build.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @typedef {object} Needed
 * @property {string} what the name to show to people
 * @property {string} package the Debian package that contains it
 * @property {string | undefined} path the path of the program; `undefined` if it is missing
 */

/** Folders in which Debian installs servers. They are on the PATH of root only. */
const SYSTEM_FOLDERS = ["/usr/sbin"];

/**
 * Returns the paths of all these programs on PATH, in the order of `names`.
 *
 * @param {string[]} names
 */
export function allOnPath(...names) {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isExecutable);
}

/**
 * Returns the path of the first of these programs that is on PATH, or undefined.
 *
 * @param {string[]} names
 */
export function onPath(...names) {
  return allOnPath(...names)[0];
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
