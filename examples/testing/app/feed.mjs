// @ts-check
// The code under test: a feed of prices that survives the loss of its connection.
import { reconnecting } from "wschan/reconnect";
import { json } from "wschan/codec";

/**
 * Keeps the latest price of each symbol, until the signal aborts.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 */
export function startFeed(url, signal) {
  const client = reconnecting(url, {
    signal,
    codec: json(),
    onConnect: (connection) => connection.send({ type: "subscribe" }),
  });
  /** @type {Map<string, number>} */
  const prices = new Map();
  const run = async () => {
    for await (const message of client) {
      const { symbol, price } = /** @type {{ symbol: string, price: number }} */ (message);
      prices.set(symbol, price);
    }
  };
  // An aborted signal is the normal end.
  const ended = run().catch((error) => {
    if (!signal.aborted) throw error;
  });
  return { prices, ended, client };
}
