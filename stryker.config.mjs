// @ts-check

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: ["src/**/*.ts"],
  testRunner: "vitest",
  // test/adversary measures what is held.
  testRunnerNodeArgs: ["--expose-gc"],
  vitest: { configFile: "vitest.mutation.config.ts" },
  coverageAnalysis: "perTest",
  ignorePatterns: [".runtimes", "bench", "dist", "docs", "e2e", "examples"],
  concurrency: 1,
  incremental: true,
  // A mutant that loops is told by its hits; a machine that is slow must not look like one.
  timeoutMS: 20_000,
  reporters: ["json", "clear-text"],
  clearTextReporter: { logTests: false, reportTests: false },
};
