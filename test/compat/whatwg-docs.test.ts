import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { readTable } from "../helpers/tables.js";
import { differencesOf, PLATFORMS } from "./whatwg/deviations.js";
import { GROUPS } from "./whatwg/suite.js";

describe("the table of the standard in docs/guide/libraries.md", () => {
  const rows = readTable(
    readFileSync(join(ROOT, "docs/guide/libraries.md"), "utf8"),
    "## The standard",
  );

  test("has a row for each group of tests, in their order", () => {
    expect(rows.map(({ tests }) => tests)).toEqual(Object.keys(GROUPS));
  });

  test.each(PLATFORMS)("lists the differences on %s", (platform) => {
    const documented = rows.map((row) => [row.tests, row[platform.toLowerCase()]]);
    const actual = Object.keys(GROUPS).map((group) => {
      const differences = differencesOf(group, platform);
      return [group, differences.length === 0 ? "passes" : `differs: ${differences.join("; ")}`];
    });
    expect(documented).toEqual(actual);
  });
});
