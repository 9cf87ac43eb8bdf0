// @ts-check
// `npm run storm`: simulates the load on a server when 10,000 clients lose their connections at the same time. Writes
// the table of docs/guide/reconnecting.md, and docs/guide/reconnect-storm.svg.
import { readFileSync, writeFileSync } from "node:fs";
import { runnerImport } from "vite";

/** @type {{ module: typeof import("./storm/page.js") }} */
const { module } = await runnerImport("./scripts/storm/page.ts");
const page = "docs/guide/reconnecting.md";
writeFileSync(page, module.withTable(readFileSync(page, "utf8")));
writeFileSync("docs/guide/reconnect-storm.svg", module.renderPlot());
