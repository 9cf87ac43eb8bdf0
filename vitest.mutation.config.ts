import { defineConfig } from "vitest/config";
import { ROOT } from "./test/helpers/root.js";

/** The suites that look for mutants. */
const suites = process.env.WSCHAN_MUTATION_SUITES ?? "unit";

/**
 * What Stryker runs, in place of vitest.config.ts: it takes no projects by name, loads its configuration
 * without help, and a browser cannot take part. Not by Stryker's option `testFiles`: with it 9.6 switches
 * on no mutant of what a module does when it is loaded.
 */
export default defineConfig({
  // As in vitest.config.ts: mutants are in the source.
  resolve: { alias: [{ find: /^wschan$/, replacement: `${ROOT}/src/node.ts` }] },
  test: {
    include: suites.split(",").map((suite) => `test/${suite}/**/*.test.ts`),
    exclude: [
      // Each takes a minute or more.
      "test/transport/liveness.test.ts",
      "test/adversary/floods.test.ts",
      // It needs --expose-gc, which a thread cannot be given.
      "test/codec/{memory,formats}.test.ts",
      // They take their time, too, and need more than Stryker copies.
      "test/reconnect/{cuts,restart,storm}.test.ts",
    ],
    // A mutant mostly keeps a test waiting; none needs as long on a machine that does nothing else, but
    // those that inflate 32 MiB by code that counts where it has been.
    testTimeout: suites === "codec" ? 60_000 : 5_000,
    hookTimeout: 5_000,
  },
});
