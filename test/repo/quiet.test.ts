import { readdirSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "rollup";
import esbuild from "rollup-plugin-esbuild";
import { expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { run } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

/** Time within which a process exits if nothing keeps it alive, in milliseconds. */
const EXIT_TIMEOUT_MS = ms(1_000);

/** Side effects of an import in a process that does nothing else. */
interface Traces {
  readonly globals: readonly string[];
  readonly timers: readonly string[];
  readonly resources: readonly string[];
  readonly listeners: readonly string[];
  /** Time of the report, as `Date.now()`. */
  readonly at: number;
}

/** Returns a program that runs `load` and then writes its {@link Traces} as its only output. */
function probe(load: string): string {
  return `
    const { writeSync } = require("node:fs");
    const globals = () => Object.getOwnPropertyNames(globalThis);
    const resources = () => process.getActiveResourcesInfo();
    const listeners = () =>
      process.eventNames().map((name) => String(name) + " " + process.listenerCount(name));
    const before = { globals: globals(), resources: resources(), listeners: listeners() };

    const timers = [];
    for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
      const original = globalThis[name];
      globalThis[name] = (...args) => {
        timers.push(name);
        return original(...args);
      };
    }
    const report = () => {
      const added = (list, name) => list.filter((item) => !before[name].includes(item));
      writeSync(1, JSON.stringify({
        globals: added(globals(), "globals"),
        timers,
        // Requests are those with which Node itself reads files.
        resources: added(resources(), "resources").filter((name) => !/Req(Promise)?$/.test(name)),
        listeners: added(listeners(), "listeners"),
        at: Date.now(),
      }));
    };
    ${load}`;
}

async function trace(load: string): Promise<{ traces: Traces; lived: number }> {
  const result = await run(process.execPath, ["-e", probe(load)], ROOT);
  const end = Date.now();
  expect(result.stderr).toBe("");
  // Parsing fails if the package itself has written anything.
  const traces = JSON.parse(result.stdout) as Traces;
  return { traces, lived: end - traces.at };
}

test.each([
  ["require of", "node.cjs", 'require("./dist/node.cjs"); report();'],
  ["import of", "node.mjs", 'import("./dist/node.mjs").then(report);'],
  ["require of", "browser.cjs", 'require("./dist/browser.cjs"); report();'],
  ["import of", "browser.mjs", 'import("./dist/browser.mjs").then(report);'],
  ["require of", "reconnect/node.cjs", 'require("./dist/reconnect/node.cjs"); report();'],
  ["import of", "reconnect/node.mjs", 'import("./dist/reconnect/node.mjs").then(report);'],
  ["import of", "reconnect/browser.mjs", 'import("./dist/reconnect/browser.mjs").then(report);'],
  ["require of", "codec/node.cjs", 'require("./dist/codec/node.cjs"); report();'],
  ["import of", "codec/node.mjs", 'import("./dist/codec/node.mjs").then(report);'],
  ["import of", "codec/browser.mjs", 'import("./dist/codec/browser.mjs").then(report);'],
])("%s dist/%s has no side effects", async (_how, _file, load) => {
  const { traces, lived } = await trace(load);
  expect(traces).toMatchObject({ globals: [], timers: [], resources: [], listeners: [] });
  expect(lived).toBeLessThan(EXIT_TIMEOUT_MS);
});

test("the probe detects a global, a timer, a listener, an open handle and a process that stays alive", async () => {
  const { traces, lived } = await trace(`
    globalThis.leak = 1;
    setTimeout(() => {}, ${EXIT_TIMEOUT_MS}).unref();
    process.on("exit", () => {});
    const server = require("node:net").createServer().listen(0);
    const original = performance.now();
    report();
    const wait = () => (performance.now() - original < ${EXIT_TIMEOUT_MS} ? process.nextTick(wait) : server.close());
    wait();`);
  expect(traces).toMatchObject({
    globals: ["leak"],
    timers: ["setTimeout"],
    resources: ["TCPServerWrap"],
    listeners: ["exit 1"],
  });
  expect(lived).toBeGreaterThanOrEqual(EXIT_TIMEOUT_MS);
});

test("a bundler removes the core and the sub-paths if none of their exports is used", async () => {
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  const modules = files.filter((name) => name.endsWith(".ts"));
  const imports = modules.map((name) => `import ${JSON.stringify(join(ROOT, "src", name))};`);
  const bundle = await rollup({
    input: "entry",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? id : null),
        load: (id) => (id === "entry" ? imports.join("\n") : null),
      },
      esbuild({ target: "es2022" }),
    ],
    external: ["isomorphic-ws", "fflate", "react", /^node:/],
    treeshake: { moduleSideEffects: (_id, isExternal) => !isExternal },
    onLog: () => undefined,
  });
  const { output } = await bundle.generate({ format: "es" });
  expect(output[0].code.trim()).toBe("");
});
