// @ts-check
// `npm run check`: format, lint, types and unit tests, two of them at a time. Each keeps a cache in
// node_modules/.cache, which never hides a fault: see lint-changed.mjs for the one that needs care.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const CONCURRENCY = 2;
const PRETTIER_CACHE =
  "--cache --cache-strategy content --cache-location node_modules/.cache/wschan/prettier";

/** The command lines of the steps, for Node and by name. The longest comes first. */
const STEPS = Object.entries({
  "unit tests":
    "node_modules/vitest/vitest.mjs run --configLoader runner --project unit --maxWorkers=2",
  types: "scripts/check-types.mjs",
  lint: "scripts/lint-changed.mjs",
  format: `node_modules/prettier/bin/prettier.cjs --check --log-level=warn ${PRETTIER_CACHE} .`,
});

/**
 * Runs a command line of Node. Resolves with its exit code and what it printed.
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

const seconds = (/** @type {number} */ start) => ((performance.now() - start) / 1000).toFixed(1);

const begin = performance.now();
const waiting = [...STEPS];

/** Runs one step after the other until none is left. */
async function work() {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    const [name, line] = step;
    const start = performance.now();
    const { code, output } = await runNode(line);
    if (code !== 0) {
      process.exitCode = 1;
      console.error(output);
    }
    console.log(`${code === 0 ? "passed" : "FAILED"}: ${name} (${seconds(start)} s)`);
  }
}

await Promise.all(Array.from({ length: CONCURRENCY }, work));
console.log(`${process.exitCode ? "FAILED" : "passed"}: all of it in ${seconds(begin)} s`);
