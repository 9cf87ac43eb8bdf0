// @ts-check
// Figures and tables as docs/PERFORMANCE.md has them.

/** @param {import("./rounds.mjs").Spread} spread */
export function formatRatio({ median, low, high }) {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (Math.abs(bytes) >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${Math.round(bytes).toLocaleString("en")} B`;
}

/**
 * A column that holds nothing is left out.
 *
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
export function table(header, rows) {
  const kept = header.map((_, column) => rows.some((row) => row[column] !== ""));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.filter((_, column) => kept[column]).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
