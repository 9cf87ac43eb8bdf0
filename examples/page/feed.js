// @ts-check

/** What is asked of the server: with the filler about 2 MB a second, so that slowness is soon felt. */
const SUBSCRIPTION = {
  op: "subscribe",
  symbols: ["BTC-USD", "ETH-USD"],
  rate: 500,
  padding: 4096,
};

/** How long a slow consumer rests after each message: it reads 5 a second. */
const REST = "200ms";

/** @typedef {{ symbol: string, price: number, time: number }} Price */

/**
 * Subscribes to prices and reads them until all that arrived has been read, or `signal` aborts.
 *
 * @param {import("wschan").Client} client
 * @param {object} options
 * @param {() => boolean} options.isSlow asked after each message
 * @param {(price: Price) => void} options.onPrice
 * @param {AbortSignal} options.signal
 */
export async function readPrices(client, { isSlow, onPrice, signal }) {
  const messages = client.channel();
  // What fails to be sent ends the connection as well, and the loop with it.
  void client.send(JSON.stringify(SUBSCRIPTION));
  while (!signal.aborted) {
    const { ok, value } = await messages.receive();
    if (!ok) return;
    const price = JSON.parse(String(value.data));
    if (price.op === undefined && !signal.aborted) onPrice(price);
    if (isSlow()) await wschan.after(REST).receive();
  }
}
