// @ts-check

/** The subscription. The filler makes about 2 MB a second, so that a slow consumer soon has an effect. */
const SUBSCRIPTION = {
  op: "subscribe",
  symbols: ["BTC-USD", "ETH-USD"],
  rate: 500,
  padding: 4096,
};

/** The pause of a slow consumer after each message: it reads 5 a second. */
const SLOW_READ_PAUSE = "200ms";

/** @typedef {{ symbol: string, price: number, time: number }} Price */

/**
 * Subscribes to prices and reads them until the connection has ended and all prices were read, or until
 * `signal` aborts.
 *
 * @param {import("wschan").Client} client
 * @param {object} options
 * @param {() => boolean} options.isSlow called after each message
 * @param {(price: Price) => void} options.onPrice
 * @param {AbortSignal} options.signal
 */
export async function readPrices(client, { isSlow, onPrice, signal }) {
  const messages = client.channel();
  // Not awaited: if the send fails, the connection ends, and so does the loop.
  void client.send(JSON.stringify(SUBSCRIPTION));
  while (!signal.aborted) {
    const { ok, value } = await messages.receive();
    if (!ok) return;
    const price = JSON.parse(String(value.data));
    if (price.op === undefined && !signal.aborted) onPrice(price);
    if (isSlow()) await wschan.after(SLOW_READ_PAUSE).receive();
  }
}
