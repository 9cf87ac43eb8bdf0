import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** The most bytes, compressed with gzip, of HTML, scripts, style sheets and fonts that a page loads at first. */
export const PAGE_BUDGETS: Readonly<Record<string, number>> = {
  "RELIABILITY.html": 300_000,
  "PERFORMANCE.html": 300_000,
  "api/wschan.html": 300_000,
  "playground.html": 600_000,
};

export const ORDINARY_PAGE_BUDGET = 250_000;

/** The most bytes, compressed with gzip, of the search index, which is loaded when a reader opens the search. */
export const SEARCH_INDEX_BUDGET = 250_000;

/** The limit of "good" in the definition of the metric: https://web.dev/articles/cls */
export const MAX_LAYOUT_SHIFT = 0.1;

/** Returns the budget of a page, by its path in the site. */
export function budgetOf(page: string): number {
  return Object.hasOwn(PAGE_BUDGETS, page) ? (PAGE_BUDGETS[page] ?? 0) : ORDINARY_PAGE_BUDGET;
}

/** Returns a line if a page is over its budget. */
export function overBudget(page: string, bytes: number): string | undefined {
  const budget = budgetOf(page);
  return bytes > budget ? `${page}: ${bytes} bytes instead of ${budget}` : undefined;
}

/** Returns a function that measures files of a folder, compressed with gzip. Fonts are already compressed. */
export function measurerOf(dir: string): (paths: Iterable<string>) => number {
  const sizes = new Map<string, number>();
  const sizeOf = (path: string): number => {
    const known = sizes.get(path);
    if (known !== undefined) return known;
    const content = readFileSync(join(dir, path));
    const size = path.endsWith(".woff2") ? content.length : gzipSync(content).length;
    sizes.set(path, size);
    return size;
  };
  return (paths) => [...paths].reduce((sum, path) => sum + sizeOf(path), 0);
}
