import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { ms } from "./test/helpers/time.js";

function project(
  name: string,
  options: TestProjectInlineConfiguration["test"] = {},
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include: [`test/${name}/**/*.test.ts`], ...options } };
}

export default defineConfig({
  test: {
    projects: [
      project("unit"),
      project("transport"),
      project("repo", { globalSetup: "test/helpers/pack.ts" }),
      project("demo"),
      project("e2e", {
        include: ["e2e/demo/**/*.test.ts"],
        testTimeout: ms(30_000),
        // They start programs and browsers: not while others look at their clocks.
        sequence: { groupOrder: 1 },
      }),
      // It measures: alone, when all others are done.
      project("load", { fileParallelism: false, sequence: { groupOrder: 2 } }),
    ],
    // Tests of the built package meet it as users do: loaded by Node, not transformed by Vite.
    server: { deps: { external: [/\/dist\//] } },
    reporters: ["default", "test/helpers/reporter.ts"],
    testTimeout: ms(5_000),
    hookTimeout: ms(10_000),
  },
});
