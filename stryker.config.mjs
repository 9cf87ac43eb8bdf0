// @ts-check

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: ["src/**/*.ts"],
  testRunner: "vitest",
  // test/adversary measures memory.
  testRunnerNodeArgs: ["--expose-gc"],
  vitest: { configFile: "vitest.mutation.config.ts" },
  coverageAnalysis: "perTest",
  ignorePatterns: [".runtimes", "bench", "dist", "docs", "e2e", "examples"],
  concurrency: 1,
  incremental: true,
  // Stryker detects endless loops by counting how often a mutant is executed. The timeout is long so that a slow machine
  // is not mistaken for one.
  timeoutMS: 20_000,
  reporters: ["json", "clear-text"],
  clearTextReporter: { logTests: false, reportTests: false },
};
