import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { Outcome } from "./outcome.js";
import { pathOf, renderPages, renderRow, SUITES } from "./reliability-page.js";
import type { Case, Results } from "./reliability-page.js";
import { ROOT } from "./root.js";

/**
 * Keeps docs/RELIABILITY.md and docs/reliability/ up to date. Every run checks that the pages contain its results,
 * apart from times and memory. With `WSCHAN_RELIABILITY=write`, the run rewrites the pages.
 */
export default class ReliabilityReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const results = collect(modules);
    if (process.env.WSCHAN_RELIABILITY === "write") {
      for (const { path, text } of renderPages(results)) {
        mkdirSync(dirname(join(ROOT, path)), { recursive: true });
        writeFileSync(join(ROOT, path), text);
      }
      return;
    }
    const missing = [...results].flatMap(([title, cases]) => {
      const path = join(ROOT, pathOf({ title }));
      const page = existsSync(path) ? readFileSync(path, "utf8") : "";
      return cases.filter((one) => one.passed && !page.includes(renderRow(one)));
    });
    if (missing.length === 0) return;
    process.exitCode = 1;
    const names = missing.map(({ name }) => `  ${name}`).join("\n");
    console.error(
      `docs/reliability/ does not contain the results of these tests; run \`npm run reliability\`:\n${names}`,
    );
  }
}

/** Collects the results of each suite, in the order of its files and tests. */
function collect(modules: readonly TestModule[]): Results {
  const results = new Map<string, Case[]>();
  const byPath = [...modules].sort((a, b) => a.moduleId.localeCompare(b.moduleId));
  for (const module of byPath) {
    const suite = SUITES.find(({ path }) => module.relativeModuleId.startsWith(path));
    if (suite === undefined) continue;
    const cases = results.get(suite.title) ?? [];
    results.set(suite.title, cases);
    for (const test of module.children.allTests()) cases.push(...casesOf(test));
  }
  return results;
}

function casesOf(test: TestCase): Case[] {
  const { outcome } = test.meta() as { readonly outcome?: Outcome };
  const { state } = test.result();
  if (state === "skipped" || state === "pending") return [];
  // The names of a suite and of its test together are a sentence.
  return [{ name: test.fullName.replaceAll(" > ", " "), outcome, passed: state === "passed" }];
}
