// @ts-check
import WebSocketAsPromised from "websocket-as-promised";
import WebSocket from "ws";

/**
 * @param {string} url
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url) {
  // It uses `ws` as an event emitter, which delivers text messages as bytes, too.
  const isText = url.includes("text");
  const socket = new WebSocketAsPromised(url, {
    createWebSocket: (to) => /** @type {any} */ (new WebSocket(to)),
    extractMessageData: (/** @type {any} */ data) => (isText ? data.toString() : data),
  });
  await socket.open();
  return {
    receive: (count, deliver) =>
      new Promise((resolve) => {
        let left = count;
        socket.onMessage.addListener(function onMessage(/** @type {any} */ data) {
          void deliver(data);
          if (--left > 0) return;
          socket.onMessage.removeListener(onMessage);
          resolve();
        });
      }),
    send: (data) => socket.send(/** @type {any} */ (data)),
    close: () => socket.close(),
  };
}
