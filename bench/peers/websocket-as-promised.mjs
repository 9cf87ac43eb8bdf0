// @ts-check
import WebSocketAsPromised from "websocket-as-promised";
import WebSocket from "ws";

/**
 * @param {string} url
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url) {
  // It listens to `ws` as to any emitter, and so gets every message as bytes.
  const isText = url.includes("text");
  const socket = new WebSocketAsPromised(url, {
    createWebSocket: (to) => /** @type {any} */ (new WebSocket(to)),
    extractMessageData: (/** @type {any} */ data) => (isText ? data.toString() : data),
  });
  await socket.open();
  return {
    receive: (count, take) =>
      new Promise((resolve) => {
        let left = count;
        socket.onMessage.addListener(function onMessage(/** @type {any} */ data) {
          void take(data);
          if (--left > 0) return;
          socket.onMessage.removeListener(onMessage);
          resolve();
        });
      }),
    send: (data) => socket.send(/** @type {any} */ (data)),
    close: () => socket.close(),
  };
}
