// @ts-check
// JSON messages like those of market data feeds: similar to each other, and all different.

const SYMBOLS = ["BTC-EUR", "ETH-EUR", "SOL-USD", "XMR-USD", "ADA-EUR", "DOT-USD", "LTC-EUR"];

/** The largest size of one order. The number of orders in a message follows from it. */
const ORDER_BYTES = 88;

/**
 * Makes a JSON text of exactly `size` bytes; `number` varies its content.
 *
 * @param {number} number
 * @param {number} size
 */
export function jsonMessage(number, size) {
  const orders = Array.from(
    { length: Math.max(1, Math.floor((size - 30) / ORDER_BYTES)) },
    (_, i) => ({
      symbol: SYMBOLS[(number + i) % SYMBOLS.length],
      side: (number ^ i) & 1 ? "buy" : "sell",
      price: ((number * 7919 + i * 104_729) % 100_000) / 100,
      amount: ((number * 31 + i * 17) % 1_000) / 8,
      sequence: (number * 11 + i) % 1_000_000,
    }),
  );
  const text = JSON.stringify(size < 2 * ORDER_BYTES ? orders[0] : { type: "orders", orders });
  if (text.length > size) throw new Error(`the JSON has ${text.length} bytes, more than ${size}`);
  return text.padEnd(size);
}
