import { defineConfig } from "vitest/config";

/** Which suites look for mutants: `unit`, or `{unit,transport}`. */
const suites = process.env.WSCHAN_MUTATION_SUITES ?? "unit";

/**
 * What Stryker runs, in place of vitest.config.ts: it takes no projects by name, loads its configuration
 * without help, and a browser cannot take part. Not by Stryker's option `testFiles`: with it 9.6 switches
 * on no mutant of what a module does when it is loaded.
 */
export default defineConfig({
  test: { include: [`test/${suites}/**/*.test.ts`], testTimeout: 10_000 },
});
