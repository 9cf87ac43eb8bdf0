import { defineConfig } from "vitest/config";
import { ROOT } from "./test/helpers/root.js";

/** The suite that looks for mutants. */
const suite = process.env.WSCHAN_MUTATION_SUITE ?? "unit";

/**
 * What Stryker runs, in place of vitest.config.ts: it takes no projects by name, loads its configuration
 * without help, and a browser cannot take part. Not by Stryker's option `testFiles`: with it 9.6 switches
 * on no mutant of what a module does when it is loaded.
 */
export default defineConfig({
  // As in vitest.config.ts: mutants are in the source.
  resolve: { alias: [{ find: /^wschan$/, replacement: `${ROOT}/src/node.ts` }] },
  test: {
    include: [`test/${suite}/**/*.test.ts`],
    exclude: [
      // It waits for a minute of real time in all.
      "test/transport/liveness.test.ts",
      // They take their time, too, and need more than Stryker copies.
      "test/reconnect/{cuts,restart,storm}.test.ts",
    ],
    testTimeout: 10_000,
  },
});
