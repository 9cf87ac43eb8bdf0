// @ts-check
import * as wschan from "./wschan.mjs";

/**
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url, options) {
  const { client, ...connection } = await wschan.open(url, options);
  const messages = client.channel();
  return {
    ...connection,
    async receive(count, deliver) {
      for (let left = count; left > 0; left--) {
        const { ok, value } = await messages.receive();
        if (!ok) throw new Error(`the connection ended with ${left} messages missing`);
        const pending = deliver(value.data);
        if (pending) await pending;
      }
    },
  };
}
