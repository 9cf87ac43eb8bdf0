import { expect, test } from "vitest";
import { run } from "../../test/helpers/run.js";
import { ms } from "../../test/helpers/time.js";
import { launchOptions } from "../helpers/browsers.js";
import { installed } from "../helpers/runtimes.js";
import { makeWorkspace } from "./workspace.js";

/** A test runner, with the tests of examples/testing that suit it. */
interface Case {
  readonly how: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Finds the number of tests that passed in the runner's report. */
  readonly report: RegExp;
  /** The number of tests that must pass, because a runner that finds no test may succeed, too. */
  readonly tests: number;
}

/** Vitest's configuration with the Chromium of this machine, which need not be the one that Playwright downloads. */
const CHROMIUM_CONFIG = `
  import { playwright } from "@vitest/browser-playwright";
  import config from "./vitest/vitest.browser.config.mjs";
  config.test.browser.provider = playwright({ launchOptions: ${JSON.stringify(launchOptions("chromium"))} });
  export default config;`;

const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--reporter=json"];
const JEST = ["node_modules/jest/bin/jest.js", "--json"];
const JSON_REPORT = /"numPassedTests":(\d+)/;

const CASES: readonly Case[] = [
  {
    how: "Vitest, in Node, jsdom and happy-dom",
    command: process.execPath,
    args: [...VITEST, "--config", "vitest/vitest.config.mjs"],
    report: JSON_REPORT,
    tests: 15,
  },
  {
    how: "Vitest, in Chromium",
    command: process.execPath,
    args: [...VITEST, "--config", "chromium.config.mjs"],
    report: JSON_REPORT,
    tests: 5,
  },
  {
    how: "Jest, with CommonJS, in Node and jsdom",
    command: process.execPath,
    args: [...JEST, "--config", "jest/jest.config.mjs"],
    report: JSON_REPORT,
    tests: 10,
  },
  {
    how: "Jest, with ES modules",
    command: process.execPath,
    args: ["--experimental-vm-modules", ...JEST, "--config", "jest/jest.esm.config.mjs"],
    report: JSON_REPORT,
    tests: 5,
  },
  {
    how: "node:test",
    command: process.execPath,
    args: ["--test", "--test-reporter=tap", "node/app.test.mjs", "node/timers.test.mjs"],
    report: /^# pass (\d+)$/m,
    tests: 5,
  },
  {
    how: "Bun",
    command: installed("bun"),
    args: ["test", "./tests/feed.test.ts", "./tests/chat.test.ts", "./node/"],
    report: /^ (\d+) pass$/m,
    tests: 9,
  },
  {
    how: "Deno",
    command: installed("deno"),
    args: ["test", "--no-check", "--no-lock", "--allow-env", "--allow-read", "deno/", "node/"],
    report: /\| (\d+) passed/,
    tests: 6,
  },
];

test.each(CASES)(
  "the examples pass with $how",
  { timeout: ms(60_000) },
  async ({ command, args, report, tests }) => {
    await using project = await makeWorkspace({ "chromium.config.mjs": CHROMIUM_CONFIG });
    const { stdout, stderr, code } = await run(command, args, project.dir);
    const output = stdout + stderr;
    // The complete output, if the runner has failed.
    expect(code === 0 ? "" : output).toBe("");
    expect(Number(report.exec(output)?.[1])).toBe(tests);
    // React warns of updates that a test did not expect.
    expect(output).not.toContain("not wrapped in act");
  },
);
