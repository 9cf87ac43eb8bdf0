// @ts-check
// `npm run check`: format, lint, types and unit tests, two of them at a time. `npm test` begins with the steps that it
// names as arguments. The caches in node_modules/.cache never hide an error; lint-changed.mjs explains how that is
// ensured for ESLint.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const CONCURRENCY = 2;
const PRETTIER_CACHE =
  "--cache --cache-strategy content --cache-location node_modules/.cache/wschan/prettier";

/**
 * The arguments of Node for each step, by name.
 * @type {Readonly<Record<string, string>>}
 */
const STEPS = {
  unit: "node_modules/vitest/vitest.mjs run --configLoader runner --project unit --maxWorkers=2",
  types: "scripts/check-types.mjs",
  lint: "scripts/lint-changed.mjs",
  format: `node_modules/prettier/bin/prettier.cjs --check --log-level=warn ${PRETTIER_CACHE} .`,
  dist: "scripts/check-dist.mjs",
};

/** The steps of `npm run check`, the longest first. */
const USUAL = ["unit", "types", "lint", "format"];

/**
 * Runs Node with a line of arguments. Resolves with the exit code and the output.
 * @param {string} line
 * @returns {Promise<{ code: number, output: string }>}
 */
function runNode(line) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, line.split(" "), { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const append = (/** @type {string} */ text) => void (output += text);
    child.stdout.setEncoding("utf8").on("data", append);
    child.stderr.setEncoding("utf8").on("data", append);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Returns the seconds since `start`. */
const secondsSince = (/** @type {number} */ start) =>
  ((performance.now() - start) / 1000).toFixed(1);

const checkStart = performance.now();
const named = process.argv.slice(2);
const queue = named.length > 0 ? named : [...USUAL];

/** Runs steps of the queue until it is empty. */
async function work() {
  for (let name = queue.shift(); name; name = queue.shift()) {
    const line = STEPS[name];
    if (!line) throw new Error(`no step "${name}"; the steps are ${Object.keys(STEPS).join(", ")}`);
    const start = performance.now();
    const { code, output } = await runNode(line);
    if (code !== 0) {
      process.exitCode = 1;
      console.error(output);
    }
    console.log(`${code === 0 ? "passed" : "FAILED"}: ${name} (${secondsSince(start)} s)`);
  }
}

await Promise.all(Array.from({ length: CONCURRENCY }, work));
console.log(`${process.exitCode ? "FAILED" : "passed"}: all steps (${secondsSince(checkStart)} s)`);
