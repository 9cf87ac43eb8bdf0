// @ts-check
// Runs ESLint on the files whose result may have changed since the last run. ESLint's own cache compares
// only the text of a file, but rules also read the types that it imports. So there is one cache for each
// state of all that files can import: a new declaration starts an empty cache, and all files are linted
// again; a new body of a function, or another test, leaves the cache as it is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const CACHE = "node_modules/.cache/wschan/eslint";

/** Folders without code that other files import. */
const SKIPPED = /^(node_modules|coverage|docs|reports|\..*)$/;

/** Files that can change the result of another file: code, declarations and configurations. */
const RELEVANT = /\.([cm]?[jt]s|json)$/;

/** The code of dist/ matters only by its declarations, which the examples import. */
const BUILT = /^dist\/.*\.([cm]?js|map)$/;

/** Tests are not imported. */
const TEST = /\.test(-d)?\.ts$/;

/**
 * Lists the files below a folder.
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* listFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name).replaceAll("\\", "/");
    if (!entry.isDirectory()) yield path;
    else if (!SKIPPED.test(entry.name)) yield* listFiles(path);
  }
}

/**
 * Returns what other files can see of a file. Everything that src/ exports has an explicit type
 * (`isolatedDeclarations`), so that its declarations follow from its own text.
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
  if (!RELEVANT.test(path) || BUILT.test(path) || TEST.test(path)) continue;
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
