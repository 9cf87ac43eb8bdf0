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
  // In object mode, because a byte stream would not preserve the boundaries of messages.
  const stream = createWebSocketStream(ws, { readableObjectMode: true, decodeStrings: false });
  return {
    async receive(count, deliver) {
      let left = count;
      for await (const data of stream.iterator({ destroyOnReturn: false })) {
        const pending = deliver(data);
        if (pending) await pending;
        if (--left === 0) break;
      }
    },
    send: (data) => stream.write(data),
    sendAndWait: (data) => new Promise((resolve) => stream.write(data, resolve)),
    close: connection(ws).close,
  };
}
