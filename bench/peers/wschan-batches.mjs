// @ts-check
import * as wschan from "./wschan.mjs";

/**
 * Receives in batches: waits for one message, then reads all that are queued without waiting.
 *
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url, options) {
  const { client, ...connection } = await wschan.open(url, options);
  return {
    ...connection,
    async receive(count, deliver) {
      let left = count;
      while (left > 0) {
        const first = await client.receive();
        if (!first.ok) throw new Error(`the connection ended with ${left} messages missing`);
        void deliver(first.value.data);
        left--;
        for (let next; left > 0 && (next = client.tryReceive())?.ok; left--) {
          void deliver(next.value.data);
        }
      }
    },
  };
}
