// @ts-check
import { createWebSocketStream } from "ws";
import { connection, openSocket } from "./ws.mjs";

/**
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url, options) {
  const ws = await openSocket(url, options);
  // As objects, so that messages stay apart; text as text.
  const stream = createWebSocketStream(ws, { readableObjectMode: true, decodeStrings: false });
  return {
    async receive(count, take) {
      let left = count;
      for await (const data of stream.iterator({ destroyOnReturn: false })) {
        const busy = take(data);
        if (busy) await busy;
        if (--left === 0) break;
      }
    },
    send: (data) => stream.write(data),
    sent: (data) => new Promise((resolve) => stream.write(data, resolve)),
    close: connection(ws).close,
  };
}
