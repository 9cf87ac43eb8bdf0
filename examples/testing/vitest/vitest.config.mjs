// @ts-check
// Vitest in Node, and in pages that jsdom and happy-dom simulate: vitest run --config vitest/vitest.config.mjs
import { defineConfig } from "vitest/config";

const TESTS = "tests/*.test.ts";
const PAGE_TESTS = "tests/*.test.tsx";

/** @param {"jsdom" | "happy-dom"} environment */
const page = (environment) => ({
  extends: /** @type {const} */ (true),
  test: { name: environment, environment, include: [TESTS, PAGE_TESTS] },
});

export default defineConfig({
  test: {
    globals: true,
    projects: [
      { extends: true, test: { name: "node", include: [TESTS, "vitest/*.test.ts"] } },
      page("jsdom"),
      page("happy-dom"),
    ],
  },
});
