// @ts-check
// Changes src/ in thousands of ways, one at a time, and counts the changes that no test notices: mutants
// that survive. Fails if a file has more of them than it may. Takes files to change; by default all. The
// result goes to docs/mutation.json.
//
// What was killed before stays so while its line and the name of the test that killed it do; without
// reports/ all begins anew, and takes an hour or more.
import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/**
 * What `ws` does is seen over real sockets alone, and a sub-path, as what it is built with, by tests of its
 * own; all else is seen by `test/unit`, in milliseconds.
 */
const OVER_SOCKETS = [
  "connection.ts",
  "dial.ts",
  "guarded-connection.ts",
  "handshake-errors.ts",
  "redirects.ts",
  "upgrade.ts",
].map((name) => `src/transport/node/${name}`);

/** How many of a file's mutants must be killed, in percent. */
const REQUIRED = 75;
const REQUIRED_OF_CORE = 85;
const CORE = /^src\/(channel|select|close|options|policy|url|duration)\.ts$/;

const MEMORY = "reports/stryker-incremental.json";
const REPORT = "reports/mutation/mutation.json";
const OUTPUT = "docs/mutation.json";

/** @typedef {{ files: Record<string, { mutants: { status: string }[] }> }} Report */

/**
 * @typedef {{ mutants: number, killed: number, timeout: number, survived: number, noCoverage: number,
 *   errors: number, score: number }} Row
 */

/**
 * @param {string} path
 * @returns {Promise<Report>}
 */
async function readReport(path) {
  return JSON.parse(await readFile(path, "utf8"));
}

async function listSource() {
  const names = await readdir("src", { recursive: true });
  return names.filter((name) => name.endsWith(".ts")).map((name) => `src/${name}`);
}

/**
 * So that these files' survivors are tried again: of those on a module's load Stryker sees no change of a
 * test.
 *
 * @param {readonly string[]} names
 */
async function forgetSurvivors(names) {
  const memory = await readReport(MEMORY).catch(() => undefined);
  if (memory === undefined) return;
  for (const name of names) {
    const file = memory.files[name];
    if (file) file.mutants = file.mutants.filter(({ status }) => status === "Killed");
  }
  await writeFile(MEMORY, JSON.stringify(memory));
}

/**
 * @param {string} suites
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

const given = process.argv.slice(2);
const asked = given.length > 0 ? given : await listSource();
await forgetSurvivors(asked);

/** @param {string} name */
const suitesOf = (name) => {
  if (OVER_SOCKETS.includes(name)) return "transport,adversary";
  if (name === "src/kit.ts") return "reconnect";
  const subPath = /^src\/(reconnect|codec)\//.exec(name)?.[1];
  return subPath ?? "unit";
};
for (const suites of ["unit", "transport,adversary", "reconnect", "codec"]) {
  mutate(
    suites,
    asked.filter((name) => suitesOf(name) === suites),
  );
}

const report = await readReport(REPORT);
const files = Object.entries(report.files).sort(([a], [b]) => (a < b ? -1 : 1));
const rows = Object.fromEntries(files.map(([name, { mutants }]) => [name, count(mutants)]));
const total = count(files.flatMap(([, { mutants }]) => mutants));
const text = await format(JSON.stringify({ files: rows, total }), { parser: "json" });
await writeFile(OUTPUT, text);
for (const [name, { score }] of Object.entries(rows)) {
  const required = CORE.test(name) ? REQUIRED_OF_CORE : REQUIRED;
  if (score >= required) continue;
  console.error(`${name}: ${score} % of its mutants are killed, not ${required} %`);
  process.exitCode = 1;
}
