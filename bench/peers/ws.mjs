// @ts-check
import { once } from "node:events";
import WebSocket from "ws";

/**
 * Resolves with a `ws` socket that is open.
 *
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 */
export async function openSocket(url, { deflate = false }) {
  const ws = new WebSocket(url, { perMessageDeflate: deflate && { threshold: 0 } });
  await once(ws, "open");
  return ws;
}

/** @param {string} url @param {import("./index.mjs").PeerOptions} options */
export async function open(url, options) {
  return connection(await openSocket(url, options));
}

/**
 * Wraps an open `ws` socket.
 *
 * @param {WebSocket} ws
 * @returns {import("./index.mjs").Connection}
 */
export function connection(ws) {
  return {
    receive: (count, deliver) =>
      new Promise((resolve) => {
        let left = count;
        ws.on("message", function onMessage(/** @type {Buffer} */ data, isBinary) {
          void deliver(isBinary ? data : data.toString());
          if (--left > 0) return;
          ws.off("message", onMessage);
          resolve();
        });
      }),
    send: (data) => ws.send(data),
    sendAndWait: (data) => new Promise((resolve) => ws.send(data, resolve)),
    async close() {
      ws.close();
      await once(ws, "close");
    },
  };
}
