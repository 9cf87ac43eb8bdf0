import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderPlot, withTable } from "../../scripts/storm/page.js";
import {
  bucketsOf,
  CLIENTS,
  CONTESTANTS,
  SCENARIOS,
  simulate,
} from "../../scripts/storm/simulation.js";
import type { Contestant, Scenario } from "../../scripts/storm/simulation.js";
import { byName } from "../helpers/by-name.js";
import { ROOT } from "../helpers/root.js";

const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("10,000 clients that lose a server at the same moment", () => {
  const [ours, sized] = CONTESTANTS as [Contestant, Contestant];
  const [crash, outage, announced] = SCENARIOS as [Scenario, Scenario, Scenario];

  const SPREADS = [
    { name: "the first window", client: ours, server: crash, from: 0, window: 500 },
    { name: "a larger first window", client: sized, server: crash, from: 0, window: 20_000 },
    { name: "5 to 30 s after 1012", client: ours, server: announced, from: 5_000, window: 25_000 },
  ];

  test.each(byName(SPREADS))("return evenly over %s", (_, { client, server, from, window }) => {
    const parts = 20;
    const times = simulate(client, server).map((time) => time - from);
    expect(times.every((time) => time >= 0 && time < window)).toBe(true);
    const buckets = bucketsOf(times, window / parts);
    expect(buckets).toHaveLength(parts);
    const mean = CLIENTS / parts;
    expect(Math.max(...buckets)).toBeLessThan(mean * 1.25);
    expect(Math.min(...buckets)).toBeGreaterThan(mean * 0.75);
  });

  test("return at no more than twice the mean rate of the largest window after an outage of a minute", () => {
    const times = simulate(ours, outage);
    expect(times.at(-1)).toBeLessThan(30_000);
    const seconds = bucketsOf(times, 1_000);
    expect(Math.max(...seconds)).toBeLessThan((CLIENTS / 30) * 2 * 1.25);
  });
});

describe("docs/guide/reconnecting.md", () => {
  test("has the table that `npm run storm` writes", () => {
    const page = readText("docs/guide/reconnecting.md");
    expect(withTable(page)).toBe(page);
    // Without a table to replace, withTable would return any page unchanged. So change a row first.
    expect(withTable(page.replaceAll("wschan |", "|"))).toBe(page);
  });

  test("has the plot that `npm run storm` writes", () => {
    expect(readText("docs/guide/reconnect-storm.svg")).toBe(renderPlot());
  });
});
