// @ts-check
// Runs ESLint on the files whose result may have changed since the last run. ESLint's own cache compares only the
// text of a file, but some rules also read the types that the file imports. So the cache is valid only for one state
// of all declarations that files can import. If a declaration changes, all files are linted again; if only the body
// of a function or a test changes, the cache stays valid.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const CACHE = "node_modules/.cache/wschan/eslint";

/** Folders without code that other files import. */
const SKIPPED_FOLDERS = /^(node_modules|coverage|docs|reports|\..*)$/;

/** Files that can change the result of another file: code, declarations and configurations. */
const RELEVANT = /\.([cm]?[jt]s|json)$/;

/** Code in dist/. The examples import only its declarations. */
const BUILT_CODE = /^dist\/.*\.([cm]?js|map)$/;

/** Tests, which no file imports. */
const TEST = /\.test(-d)?\.ts$/;

/**
 * Lists the files in a folder and its subfolders.
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* listFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name).replaceAll("\\", "/");
    if (!entry.isDirectory()) yield path;
    else if (!SKIPPED_FOLDERS.test(entry.name)) yield* listFiles(path);
  }
}

/**
 * Returns the part of a file that can affect the result of other files. For src/ these are its declarations, which
 * depend only on its own text, because all exports have explicit types (`isolatedDeclarations`).
 * @param {string} path
 */
function interfaceOf(path) {
  const text = readFileSync(path, "utf8");
  if (!path.startsWith("src/")) return text;
  const compilerOptions = { isolatedDeclarations: true, target: ts.ScriptTarget.ES2022 };
  return ts.transpileDeclaration(text, { fileName: path, compilerOptions }).outputText;
}

const hash = createHash("sha256");
for (const path of [...listFiles(".")].sort()) {
  if (!RELEVANT.test(path) || BUILT_CODE.test(path) || TEST.test(path)) continue;
  hash.update(`${path}\0${interfaceOf(path)}\0`);
}
const name = `${hash.digest("hex").slice(0, 16)}.json`;

mkdirSync(CACHE, { recursive: true });
for (const other of readdirSync(CACHE)) {
  if (other !== name) rmSync(join(CACHE, other));
}
const cache = ["--cache", "--cache-strategy", "content", "--cache-location", join(CACHE, name)];
const command = ["node_modules/eslint/bin/eslint.js", ".", ...cache];
process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
