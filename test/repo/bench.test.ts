import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { workloads as inChromium } from "../../bench/chromium/workloads.mjs";
import { ratio, spread, takeTurns } from "../../bench/rounds.mjs";
import { frameReader } from "../../bench/server/frames.mjs";
import { measureSizes } from "../../bench/sizes.mjs";
import { renderSummary, SUMMARY } from "../../bench/summary.mjs";
import { WORKLOADS } from "../../bench/work/index.mjs";
import { ROOT } from "../helpers/root.js";
import { formatSize } from "../helpers/size.mjs";
import { readTable } from "../helpers/tables.js";

test("docs/PERFORMANCE.md has a row for every workload", () => {
  const page = readFileSync(join(ROOT, "docs/PERFORMANCE.md"), "utf8");
  const names = [...WORKLOADS, ...inChromium].map(({ name }) => name);
  expect(names.filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
});

test("docs/PERFORMANCE.md opens with a summary of its results", () => {
  const page = readFileSync(join(ROOT, "docs/PERFORMANCE.md"), "utf8");
  const [first = ""] = /^## .*$/m.exec(page) ?? [];
  expect(first).toBe("## Summary");
  const stated = readTable(page, "## Summary");
  expect(stated.map(({ workload }) => workload)).toEqual(SUMMARY.map(({ workload }) => workload));
  for (const row of stated) {
    // Each figure is also in the tables below the summary.
    const [figure = ""] = (Object.values(row)[1] ?? "").split(" and ");
    expect(page.split("## Machine")[0]?.split(figure).length, figure).toBeGreaterThan(2);
  }
});

test.each([...SUMMARY])("the summary names a result that is measured: $workload", (row) => {
  const workload = WORKLOADS.find(({ name }) => name === row.workload);
  expect(workload?.ours).toContain(row.api);
  expect(workload?.peers).toContain(row.peer);
});

test.each([
  { ratio: { median: 2, low: 1.1, high: 3 }, result: "faster" },
  { ratio: { median: 0.5, low: 0.4, high: 0.9 }, result: "slower" },
  { ratio: { median: 1.5, low: 0.9, high: 3 }, result: "no clear difference" },
])("the summary calls $ratio $result", ({ ratio, result }) => {
  const text = renderSummary(() => ({ ratio }), { targets: 2, met: 1, machine: [] });
  const rows = readTable(text, "## Summary");
  expect(rows.map(({ wschan }) => wschan)).toEqual(SUMMARY.map(() => result));
});

test("the README states the measured sizes", async () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const rows = readTable(readme, "## Size");
  for (const { what, bytes } of await measureSizes()) {
    expect(rows).toContainEqual({ import: what, "min+gzip": formatSize(bytes) });
  }
});

test("no two workloads have the same name", () => {
  const names = WORKLOADS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("every target names a peer that is measured", () => {
  const unknownPeers = [...WORKLOADS, ...inChromium].flatMap(({ name, peers, targets = {} }) =>
    Object.keys(targets)
      .filter((peer) => !peers.includes(peer))
      .map((peer) => `${name}: ${peer}`),
  );
  expect(unknownPeers).toEqual([]);
});

test("takeTurns alternates between the contestants", async () => {
  const order: string[] = [];
  const samples = await takeTurns(["a", "b"], 3, (name) => Promise.resolve(order.push(name)));
  expect(order.join("")).toBe("ababab");
  expect(samples).toEqual({ a: [1, 3, 5], b: [2, 4, 6] });
});

test.each([
  { values: [3, 1, 2], median: 2 },
  { values: [10, 1, 3, 9], median: 6 },
  { values: [5], median: 5 },
])("the median of $values is $median", ({ values, median }) => {
  expect(spread(values)).toEqual({
    median,
    low: Math.min(...values),
    high: Math.max(...values),
  });
});

test("a ratio divides the peer's time by ours, separately for each round", () => {
  expect(ratio([200, 30, 8], [100, 10, 2])).toEqual({ median: 3, low: 2, high: 4 });
});

/** Returns a client's text frame of `size` bytes, with a masking key of zeros. */
function masked(size: number): Buffer {
  const length = size < 126 ? 1 : size < 65_536 ? 3 : 9;
  const header = Buffer.alloc(1 + length + 4);
  header[0] = 0x81;
  header[1] = 0x80 | (length === 1 ? size : length === 3 ? 126 : 127);
  if (length === 3) header.writeUInt16BE(size, 2);
  if (length === 9) header.writeBigUInt64BE(BigInt(size), 2);
  return Buffer.concat([header, Buffer.alloc(size, 0xff)]);
}

const SIZES = [0, 1, 125, 126, 65_535, 65_536, 2];

test.each([1, 2, 3, 7, 1000, 1_000_000])(
  "the server counts frames that arrive in chunks of %i bytes",
  (piece) => {
    const bytes = Buffer.concat([...SIZES.map(masked), Buffer.from([0x88, 0x80, 0, 0, 0, 0])]);
    const opcodes: number[] = [];
    const read = frameReader((opcode) => opcodes.push(opcode));
    for (let at = 0; at < bytes.length; at += piece) read(bytes.subarray(at, at + piece));
    expect(opcodes).toEqual([...SIZES.map(() => 1), 8]);
  },
);
