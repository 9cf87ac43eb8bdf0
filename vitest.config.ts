import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import type { LaunchOptions } from "playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { launchOptions } from "./e2e/helpers/browsers.js";
import { webkit } from "./e2e/helpers/webkit-provider.js";
import { ms, SCALE } from "./test/helpers/time.js";

/** Returns the project for the tests in the folder `test/<name>`. */
function project(
  name: string,
  options: TestProjectInlineConfiguration["test"] = {},
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include: [`test/${name}/**/*.test.ts`], ...options } };
}

/** Returns the project that runs the conformance suite on the built package, in a browser. */
function browser(
  name: "chromium" | "firefox" | "webkit",
  provider: BrowserProviderOption,
  groupOrder: number,
): TestProjectInlineConfiguration {
  const instance = { browser: name, name: `e2e-${name}` };
  return {
    ...project(name, {
      include: ["e2e/browsers/*.test.ts"],
      globalSetup: "e2e/helpers/setup.ts",
      // A browser that is busy takes seconds for the tests that send 100 MiB.
      testTimeout: ms(15_000),
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider,
        instances: [instance],
      },
      sequence: { groupOrder },
    }),
    // WebKit does not support `await using`.
    oxc: { target: "es2022" },
    // Pages have no `process`.
    define: {
      "process.env.WSCHAN_TIME_SCALE": JSON.stringify(String(SCALE)),
      "process.env.WSCHAN_NATIVE": JSON.stringify(process.env.WSCHAN_NATIVE ?? ""),
    },
  };
}

/** Returns the project that runs the tests of `wschan/react` with the oldest version of React that it supports. */
function withReact18(): TestProjectInlineConfiguration {
  const folder = new URL("test/react/react-18/node_modules/", import.meta.url);
  const alias = [{ find: /^react(-dom)?(?=$|\/)/, replacement: fileURLToPath(folder) + "react$1" }];
  const test = { include: ["test/react/*.test.ts"], env: { REACT_VERSION: "18" } };
  return { ...project("react18", { ...test, environment: "happy-dom" }), resolve: { alias } };
}

/** The options of a project whose files run one after the other in the same processes, one per worker. */
const SHARED_PROCESS = { isolate: false, setupFiles: "test/helpers/fresh-modules.ts" } as const;

/** Firefox delays a dial after others to the same server have failed, by up to a minute. Many tests let dials fail. */
function firefoxOptions(): LaunchOptions {
  const firefoxUserPrefs = { "network.websocket.delay-failed-reconnects": false };
  return { ...launchOptions("firefox"), firefoxUserPrefs };
}

/** Projects and test files that scripts/run-tests.mjs skips, because a program that they need is missing. */
const SKIPPED = (process.env.WSCHAN_SKIP ?? "").split(",");

export default defineConfig({
  test: {
    // Vitest's default leaves one processor idle. Most tests wait for sockets and timers, so two can share one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project("unit", SHARED_PROCESS),
      project("transport"),
      project("reconnect"),
      project("codec", { execArgv: ["--expose-gc"], testTimeout: ms(60_000) }),
      project("repo", { globalSetup: "test/helpers/pack.ts" }),
      project("demo"),
      project("recipes", { exclude: SKIPPED }),
      // Part of docs/RELIABILITY.md. Its tests of slow links run concurrently, because they mostly wait.
      project("faults", { testTimeout: ms(20_000), maxConcurrency: 20 }),
      project("adversary", { execArgv: ["--expose-gc"], testTimeout: ms(20_000) }),
      // The timeout grows with WSCHAN_FUZZ_RUNS, which multiplies the number of cases.
      project("fuzz", { testTimeout: ms(60_000) * Number(process.env.WSCHAN_FUZZ_RUNS ?? 1) }),
      project("peers", { exclude: SKIPPED, testTimeout: ms(20_000) }),
      project("testing", { execArgv: ["--expose-gc"] }),
      project("hub", { exclude: SKIPPED, execArgv: ["--expose-gc"] }),
      project("react", { environment: "happy-dom", env: { REACT_VERSION: "19" } }),
      withReact18(),
      project("compat", { exclude: SKIPPED, testTimeout: ms(20_000) }),
      // Runs alone, after all others, because it measures time and memory.
      project("load", { fileParallelism: false, sequence: { groupOrder: 1 } }),
      project("soak", {
        execArgv: ["--expose-gc"],
        fileParallelism: false,
        testTimeout: ms(300_000),
        sequence: { groupOrder: 1 },
      }),
      // Browsers run one at a time, because each can use all processors of a small machine.
      browser("chromium", playwright({ launchOptions: launchOptions("chromium") }), 2),
      browser("firefox", playwright({ launchOptions: firefoxOptions() }), 3),
      browser("webkit", webkit(), 4),
      // Starts browsers and runtimes: one at a time, and not while timing-sensitive tests run.
      project("e2e", {
        include: [
          "e2e/*.test.ts",
          "e2e/{pages,bundlers,libraries,runners,runtimes,demo,react}/**/*.test.ts",
        ],
        exclude: SKIPPED,
        globalSetup: "test/helpers/pack.ts",
        fileParallelism: false,
        testTimeout: ms(30_000),
        sequence: { groupOrder: 5 },
      }),
      // The built documentation site, in browsers.
      project("site", {
        include: ["e2e/site/**/*.test.ts"],
        exclude: SKIPPED,
        globalSetup: "e2e/site/build.ts",
        fileParallelism: false,
        testTimeout: ms(30_000),
        sequence: { groupOrder: 6 },
      }),
    ].filter(({ test }) => !SKIPPED.includes(test?.name as string)),
    // Node loads the built package as it does for users; Vite does not transform it.
    server: { deps: { external: [/\/dist\//] } },
    // Imports work as they do in Node. Otherwise each access to an import would pass a slow proxy.
    deps: { interopDefault: false },
    reporters: ["default", "test/helpers/reliability-reporter.ts", "test/helpers/reporter.ts"],
    testTimeout: ms(5_000),
    hookTimeout: ms(10_000),
    // For `npm run coverage`. `include` adds the files that no test loads.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text", "html"],
      reportOnFailure: true,
    },
  },
});
