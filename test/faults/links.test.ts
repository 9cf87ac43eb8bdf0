import { test } from "vitest";
import type { RunnerTask } from "vitest";
import { connect, createContext } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { LINKS } from "../helpers/links.js";
import { conclude } from "../helpers/outcome.js";
import { startScriptedServer } from "../transport/scripted-server.js";
import { defineTransportSuite } from "../transport/suite/define-transport-suite.js";
import { NODE_CAPABILITIES } from "../transport/support.js";
import { tally } from "./support.js";

checkLeaks();

/** Returns all tests in these suites. */
function testsOf(tasks: readonly RunnerTask[]): RunnerTask[] {
  return tasks.flatMap((task) => (task.type === "suite" ? testsOf(task.tasks) : [task]));
}

for (const link of Object.keys(LINKS)) {
  const name = `over a link: ${link}`;
  defineTransportSuite({
    name,
    connect,
    createContext,
    capabilities: NODE_CAPABILITIES,
    startServer: () => startScriptedServer(link),
  });

  // This test runs after the suite, because it reports the results of the suite.
  test(`the conformance suite ${name}`, (context) => {
    const tests = testsOf(context.task.file.tasks.filter((task) => task.name === name));
    conclude(context, {
      cases: tests.length,
      expected: "pass",
      happened: tally(tests.map(({ result }) => result?.state ?? "none")),
    });
  });
}
