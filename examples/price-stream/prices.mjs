import { select, ticker } from "wschan";

/**
 * @typedef {{ kind: "price", symbol: string, price: number, time: number, sequence: number }} Price
 * @typedef {{ kind: "ping", milliseconds: number }} Ping a keep-alive ping and its round trip
 */

/**
 * Subscribes to prices and yields them as they arrive, and a ping every `heartbeat`. Returns when `stop`
 * closes or the server ends the connection normally, and throws the connection's error after any other end.
 * Does not close the connection.
 *
 * @param {import("wschan").Client} client
 * @param {object} options
 * @param {string[]} options.symbols
 * @param {number} options.rate prices per second
 * @param {import("wschan").Duration} options.heartbeat
 * @param {import("wschan").ReceiveChannel<unknown>} options.stop
 * @returns {AsyncGenerator<Price | Ping, void, void>}
 */
export async function* streamPrices(client, { symbols, rate, heartbeat, stop }) {
  const messages = client.channel();
  const clock = ticker(heartbeat);
  await client.send(JSON.stringify({ op: "subscribe", symbols, rate }));
  try {
    for (;;) {
      const next = await select([
        messages.caseReceive(),
        clock.channel.caseReceive(),
        stop.caseReceive(),
      ]);
      if (next.index === 2) return;
      if (next.index === 1) {
        // Prices that arrive during the ping wait in the channel.
        if (client.canPing) yield { kind: "ping", milliseconds: await client.ping() };
      } else if (next.ok) {
        const price = parsePrice(next.value);
        if (price) yield price;
      } else {
        // The connection has ended, and every message that had arrived was read.
        const { error } = await client.closed;
        if (error) throw error;
        return;
      }
    }
  } finally {
    clock.stop();
  }
}

/**
 * @param {import("wschan").Message} message
 * @returns {Price | undefined} `undefined` for the answer to a request
 */
function parsePrice(message) {
  if (message.type !== "text") throw new Error("the server sent a binary message");
  const { op, ...body } = JSON.parse(message.data);
  if (op === "error") throw new Error(`the server refused: ${body.message}`);
  return op === undefined ? { kind: "price", ...body } : undefined;
}
