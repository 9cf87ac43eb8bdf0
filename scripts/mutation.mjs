// @ts-check
// `npm run mutation [-- <file> ...]`: mutation testing of src/ with Stryker. Makes thousands of small changes
// (mutants), one at a time, and runs the tests against each. A mutant that no test notices survives. Fails if
// too many mutants of a file survive. The files to mutate are arguments; the default is all of src/. Writes their
// counts to docs/mutation.json, and leaves those of other files as they are.
//
// Stryker reuses the results in reports/: a mutant stays killed while its line and the name of the test that
// killed it are unchanged. Without reports/ a run takes an hour or more.
import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/**
 * Files that only the tests over real sockets exercise. The sub-paths have tests in folders of the same name, and
 * `context/` has functions that only `reconnect/` calls. All other files are tested by `test/unit`, within milliseconds.
 */
const TESTED_OVER_SOCKETS = [
  "close-handshake.ts",
  "connection.ts",
  "cross-origin-options.ts",
  "deferred-tasks.ts",
  "dial-attempt.ts",
  "dial.ts",
  "guarded-connection.ts",
  "handshake-errors.ts",
  "lookup.ts",
  "message-reader.ts",
  "redirects.ts",
  "refusal-body.ts",
  "response-details.ts",
  "socket-takeover.ts",
  "socket-writer.ts",
  "tls-callbacks.ts",
  "unix-sockets.ts",
  "upgrade-response.ts",
  "upgrade.ts",
  "url-credentials.ts",
  "ws-connection.ts",
].map((name) => `src/transport/node/${name}`);

/** The share of a file's mutants that must be killed, in percent. */
const MIN_SCORE_PERCENT = 75;
/** The same for files of {@link STRICT_FILES}. */
const MIN_STRICT_SCORE_PERCENT = 85;
const STRICT_FILES =
  /^src\/((channel|options|policy)\/|protocol\/(url|close|close-codes)\.ts$|time\/duration\.ts$)/;

const INCREMENTAL_REPORT = "reports/stryker-incremental.json";
const REPORT = "reports/mutation/mutation.json";
const OUTPUT = "docs/mutation.json";

/** @typedef {{ files: Record<string, { mutants: { status: string }[] }> }} Report */

/**
 * @typedef {{ mutants: number, killed: number, timeout: number, survived: number, noCoverage: number,
 *   errors: number, score: number }} Row
 */

/**
 * Reads a report of Stryker.
 *
 * @param {string} path
 * @returns {Promise<Report>}
 */
async function readReport(path) {
  return JSON.parse(await readFile(path, "utf8"));
}

/** Returns the paths of all source files. */
async function listSource() {
  const names = await readdir("src", { recursive: true });
  return names.filter((name) => name.endsWith(".ts")).map((name) => `src/${name}`);
}

/**
 * Makes Stryker test the mutants of these files that were not killed again. For mutants in code that runs when
 * a module is loaded, it does not notice that a test has changed.
 *
 * @param {readonly string[]} names
 */
async function forgetSurvivors(names) {
  const earlier = await readReport(INCREMENTAL_REPORT).catch(() => undefined);
  if (earlier === undefined) return;
  for (const name of names) {
    const file = earlier.files[name];
    if (file) file.mutants = file.mutants.filter(({ status }) => status === "Killed");
  }
  await writeFile(INCREMENTAL_REPORT, JSON.stringify(earlier));
}

/**
 * Mutates the files, and runs the tests of the suites against each mutant.
 *
 * @param {string} suites folders of test/, separated by commas
 * @param {readonly string[]} files
 */
function mutate(suites, files) {
  if (files.length === 0) return;
  const { status } = spawnSync("npx", ["stryker", "run", "--mutate", files.join()], {
    stdio: "inherit",
    env: { ...process.env, WSCHAN_MUTATION_SUITES: suites },
  });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Counts mutants by their result.
 *
 * @param {readonly { status: string }[]} mutants
 * @returns {Row}
 */
function count(mutants) {
  /** @param {string[]} states */
  const of = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  const [killed, timeout, survived] = [of("Killed"), of("Timeout"), of("Survived")];
  const [noCoverage, errors] = [of("NoCoverage"), of("RuntimeError", "CompileError")];
  const valid = killed + timeout + survived + noCoverage;
  const score = Math.floor(((killed + timeout) / valid) * 1000) / 10;
  return { mutants: mutants.length, killed, timeout, survived, noCoverage, errors, score };
}

/**
 * Reads the rows of the files that still exist from {@link OUTPUT}.
 *
 * @returns {Promise<Record<string, Row>>}
 */
async function readRows() {
  const { files } = JSON.parse(await readFile(OUTPUT, "utf8"));
  const existing = await listSource();
  return Object.fromEntries(Object.entries(files).filter(([name]) => existing.includes(name)));
}

const args = process.argv.slice(2);
const sources = args.length > 0 ? args : await listSource();
await forgetSurvivors(sources);

/**
 * Returns the suites that test a file.
 *
 * @param {string} name
 */
const suitesOf = (name) => {
  if (TESTED_OVER_SOCKETS.includes(name)) return "transport,adversary";
  if (name.startsWith("src/context/")) return "unit,reconnect";
  const subPath = /^src\/(reconnect|codec|compat|testing|hub|react)\//.exec(name)?.[1];
  return subPath ?? "unit";
};
for (const suites of [...new Set(sources.map(suitesOf))]) {
  mutate(
    suites,
    sources.filter((name) => suitesOf(name) === suites),
  );
}

const report = await readReport(REPORT);
const rows = await readRows();
for (const name of sources) {
  const { mutants = [] } = report.files[name] ?? {};
  // A file of types has none.
  if (mutants.length > 0) rows[name] = count(mutants);
}
const sorted = Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1));
const text = await format(JSON.stringify({ files: Object.fromEntries(sorted) }), {
  parser: "json",
});
await writeFile(OUTPUT, text);
for (const name of sources) {
  const { score = 100 } = rows[name] ?? {};
  const minimum = STRICT_FILES.test(name) ? MIN_STRICT_SCORE_PERCENT : MIN_SCORE_PERCENT;
  if (score >= minimum) continue;
  console.error(
    `${name}: the tests kill ${score} % of the mutants, but ${minimum} % are required; add tests for those that survive`,
  );
  process.exitCode = 1;
}
