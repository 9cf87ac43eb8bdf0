// @ts-check
import { on } from "node:events";
import { connection, openSocket } from "./ws.mjs";

/**
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url, options) {
  const ws = await openSocket(url, options);
  return {
    ...connection(ws),
    async receive(count, deliver) {
      let left = count;
      for await (const [data, isBinary] of on(ws, "message")) {
        const pending = deliver(isBinary ? data : data.toString());
        if (pending) await pending;
        if (--left === 0) break;
      }
    },
  };
}
