// @ts-check
// Messages of about 1 KiB of JSON, as a feed has them: alike, and no two the same.

const SYMBOLS = ["BTC-EUR", "ETH-EUR", "SOL-USD", "XMR-USD", "ADA-EUR", "DOT-USD", "LTC-EUR"];

/** @param {number} number */
export function jsonMessage(number) {
  const orders = Array.from({ length: 11 }, (_, i) => ({
    symbol: SYMBOLS[(number + i) % SYMBOLS.length],
    side: (number ^ i) & 1 ? "buy" : "sell",
    price: ((number * 7919 + i * 104_729) % 100_000) / 100,
    amount: ((number * 31 + i * 17) % 1_000) / 8,
    sequence: number * 11 + i,
  }));
  return JSON.stringify({ type: "orders", orders }).padEnd(1024);
}
