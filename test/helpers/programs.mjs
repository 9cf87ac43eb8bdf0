// @ts-check
// Where the programs are that tests need. In JavaScript, because install scripts run without a build too.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @typedef {object} Needed
 * @property {string} what as a person would call it
 * @property {string} package Debian's, that brings it
 * @property {string | undefined} path `undefined`: missing
 */

/** Where Debian has its servers; PATH names it for root alone. */
const SYSTEM_FOLDERS = ["/usr/sbin"];

/**
 * All of these programs that are on PATH; the first name comes first.
 * @param {string[]} names
 */
export function allOnPath(...names) {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isExecutable);
}

/**
 * The first of these programs that is on PATH.
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
