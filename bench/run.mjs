// @ts-check
// `npm run bench`: measures everything and writes docs/PERFORMANCE.md.
// `npm run bench -- "64 B text"`: only workloads whose names hold that, and writes nothing.
// ROUNDS=3 takes fewer rounds.
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

/** @param {readonly import("./work/index.mjs").Workload[]} workloads */
const asked = (workloads) => workloads.filter(({ name }) => name.includes(filter));

const machine = describeMachine();
const server = await startServer();
/** @type {import("./report.mjs").Result[]} */
const results = [];

/** @param {import("./report.mjs").Result} result */
function keep(result) {
  results.push(result);
  console.log(summarize(result));
}

for (const workload of asked(WORKLOADS)) {
  keep({ workload, samples: await measure(workload, server, rounds) });
}

const pages = asked(inChromium);
const report = pages.length > 0 ? await measureInChromium(pages, server, rounds) : undefined;
for (const workload of report ? pages : []) {
  keep({ workload, samples: report?.samples[workload.name] ?? {} });
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
