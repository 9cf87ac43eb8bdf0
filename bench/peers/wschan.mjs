// @ts-check
import { COMPRESSION, connect } from "wschan";

/** @param {string} url @param {import("./index.mjs").PeerOptions} options */
export async function open(url, { deflate = false, binaryViews = false, ...observing }) {
  const compression = deflate ? COMPRESSION.CONTEXT_TAKEOVER : COMPRESSION.DISABLED;
  const node = binaryViews ? { binaryViews } : {};
  const options = { compression, compressionThreshold: 0, node, ...observing };
  return connection(await connect(url, options));
}

/**
 * Wraps a client, which is read by iteration.
 *
 * @param {import("wschan").Client} client
 * @returns {import("./index.mjs").Connection & { client: import("wschan").Client }}
 */
export function connection(client) {
  return {
    client,
    async receive(count, deliver) {
      let left = count;
      for await (const { data } of client) {
        const pending = deliver(data);
        if (pending) await pending;
        if (--left === 0) break;
      }
    },
    send: (data) => client.send(data),
    sendAndWait: (data) => client.send(data),
    close: () => client.close(),
  };
}
