// @ts-check
import * as wschan from "./wschan.mjs";

/**
 * Waits for one message, then takes all that are there.
 *
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url, options) {
  const { client, ...connection } = await wschan.open(url, options);
  return {
    ...connection,
    async receive(count, take) {
      let left = count;
      while (left > 0) {
        const first = await client.receive();
        if (!first.ok) throw new Error("ended");
        void take(first.value.data);
        left--;
        for (let next; left > 0 && (next = client.tryReceive())?.ok; left--) {
          void take(next.value.data);
        }
      }
    },
  };
}
