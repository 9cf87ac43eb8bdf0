// @ts-check
// Formats numbers for display.

const counts = new Intl.NumberFormat("en-US");
const prices = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** @param {number} value */
export const formatCount = (value) => counts.format(value);

/** @param {number} value */
export const formatPrice = (value) => prices.format(value);

/**
 * @param {number} count
 * @param {number} bytes
 */
export function formatMessages(count, bytes) {
  return `${formatCount(count)} message${count === 1 ? "" : "s"}, ${formatBytes(bytes)}`;
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
