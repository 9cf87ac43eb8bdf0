// @ts-check
// `npm run bench` measures all workloads and writes docs/PERFORMANCE.md.
// `npm run bench -- "64 B text"` measures the workloads whose names contain that text, and writes no file.
// ROUNDS=3 sets the number of rounds; the default is 7.
import { mkdirSync, writeFileSync } from "node:fs";
import { measureInChromium } from "./chromium/measure.mjs";
import { workloads as inChromium } from "./chromium/workloads.mjs";
import { describeMachine } from "./machine.mjs";
import { measure } from "./measure.mjs";
import { summarize, toPage } from "./report.mjs";
import { startServer } from "./server/start.mjs";
import { measureSizes } from "./sizes.mjs";
import { WORKLOADS } from "./work/index.mjs";

const rounds = Number(process.env.ROUNDS ?? 7);
const [, , filter = ""] = process.argv;

/**
 * Returns the workloads whose names contain the argument of the command.
 *
 * @param {readonly import("./work/index.mjs").Workload[]} workloads
 */
const selected = (workloads) => workloads.filter(({ name }) => name.includes(filter));

const machine = describeMachine();
const server = await startServer();
/** @type {import("./report.mjs").Result[]} */
const results = [];

/**
 * Stores and prints a result.
 *
 * @param {import("./report.mjs").Result} result
 */
function addResult(result) {
  results.push(result);
  console.log(summarize(result));
}

for (const workload of selected(WORKLOADS)) {
  addResult({ workload, samples: await measure(workload, server, rounds) });
}

const pages = selected(inChromium);
const report = pages.length > 0 ? await measureInChromium(pages, server, rounds) : undefined;
for (const workload of report ? pages : []) {
  addResult({ workload, samples: report?.samples[workload.name] ?? {} });
}
server.stop();

if (filter === "") {
  const page = toPage(results, await measureSizes(), {
    machine,
    chromium: report?.version,
    rounds,
  });
  mkdirSync("docs", { recursive: true });
  writeFileSync("docs/PERFORMANCE.md", page);
}
