// @ts-check
// Changes src/ in thousands of ways, one at a time, and counts the changes that no test notices. Fails if
// a file has more of them than it may. Takes files to change; by default all. What was found before and
// cannot have changed is kept in reports/; the result goes to docs/mutation.json.
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** The suites that look for mutants, one stage after the other: the slow ones only for what is left. */
const STAGES = [
  { suites: "unit", files: ["src/**/*.ts"] },
  {
    suites: "{unit,transport}",
    files: ["src/client.ts", "src/connect.ts", "src/context.ts", "src/transport/*.ts"],
  },
];

/** How many of a file's mutants must be killed, in percent. */
const REQUIRED = 75;
const REQUIRED_OF_CORE = 85;
const CORE = /^src\/(channel|select|close|options|policy|url|duration)\.ts$/;

const OUTPUT = "docs/mutation.json";

/**
 * @typedef {{ mutants: number, killed: number, timeout: number, survived: number, noCoverage: number,
 *   errors: number, score: number }} Row
 */

/** @param {{ suites: string, files: string[] }} stage */
function mutate({ suites, files }) {
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

const asked = process.argv.slice(2);
for (const stage of STAGES) mutate(asked.length > 0 ? { ...stage, files: asked } : stage);

/** @type {{ files: Record<string, { mutants: { status: string }[] }> }} */
const report = JSON.parse(await readFile("reports/mutation/mutation.json", "utf8"));
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
