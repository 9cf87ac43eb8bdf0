import { defineConfig } from "vitest/config";

/** The folders of test/ whose tests run against each mutant. */
const suites = process.env.WSCHAN_MUTATION_SUITES ?? "unit";

/**
 * The configuration for Stryker. It replaces vitest.config.ts, because Stryker cannot select projects by name, loads
 * the configuration without Vite's runner, and cannot use browsers. Stryker's option `testFiles` is no alternative:
 * with it, Stryker 9.6 never activates mutants in code that runs when a module is loaded.
 */
export default defineConfig({
  test: {
    include: suites.split(",").map((suite) => `test/${suite}/**/*.test.ts`),
    ...(suites === "react" && { environment: "happy-dom", env: { REACT_VERSION: "19" } }),
    exclude: [
      // These take half a minute or more each.
      "test/transport/{write-timeout,stopped-process}.test.ts",
      "test/adversary/floods.test.ts",
      // These need --expose-gc, which cannot be set for a thread.
      "test/codec/{memory,formats}.test.ts",
      // These are slow as well, and need files that Stryker does not copy.
      "test/reconnect/{cuts,restart,storm}.test.ts",
      "test/compat/{libraries/*,reconnecting/process,whatwg-docs}.test.ts",
      "test/testing/{docs,example}.test.ts",
    ],
    // Many mutants make a test wait for ever, so the timeout is short. On an idle machine all tests are faster, except
    // those of the codecs that inflate 32 MiB with Stryker's instrumented code.
    testTimeout: suites === "codec" ? 60_000 : 5_000,
    hookTimeout: 5_000,
  },
});
