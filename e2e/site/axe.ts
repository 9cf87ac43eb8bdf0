import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright";

declare const axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Returns a line for each element of the page that axe finds a fault with.
 *
 * @param contrast False leaves out the contrast of text, which takes most of the time.
 */
export async function accessibilityFaults(tab: Page, contrast = true): Promise<string[]> {
  // A script of the debugging protocol is not subject to the content security policy.
  await tab.evaluate(AXE);
  const violations = await tab.evaluate(async (enabled) => {
    const rules = { "color-contrast": { enabled } };
    const results = await axe.run(document, { resultTypes: ["violations"], rules });
    return results.violations.map(({ id, nodes }) => ({
      id,
      targets: nodes.map(({ target }) => target.join(" ")),
    }));
  }, contrast);
  return violations.flatMap(({ id, targets }) => targets.map((target) => `${id}: ${target}`));
}
