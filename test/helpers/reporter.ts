import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints a summary of the run in one line that scripts can parse: `Tests: 123 passed, 0 failed`. A file
 * that could not be loaded and an error outside all tests count as failures too.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
    // Other reporters write in the same turn, and the summary has to be the last line.
    process.once("exit", () => {
      console.log(`Tests: ${count.passed} passed, ${count.failed} failed${skipped}`);
    });
  }
}
