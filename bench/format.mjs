// @ts-check
// Formats the numbers and tables of docs/PERFORMANCE.md.

/**
 * Formats a ratio as `median (low–high)`.
 *
 * @param {import("./rounds.mjs").Spread} spread
 */
export function formatRatio({ median, low, high }) {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/**
 * Formats a size: in MiB from 1 MiB on, in bytes below.
 *
 * @param {number} bytes
 */
export function formatBytes(bytes) {
  if (Math.abs(bytes) >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${Math.round(bytes).toLocaleString("en")} B`;
}

/**
 * Formats a Markdown table. Columns whose cells are all empty are omitted.
 *
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
export function table(header, rows) {
  const isShown = header.map((_, column) => rows.some((row) => row[column] !== ""));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.filter((_, column) => isShown[column]).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
