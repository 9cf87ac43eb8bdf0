// @ts-check

/**
 * What a W3C `WebSocket` has, and whatever looks like one.
 *
 * @typedef {object} W3CSocket
 * @property {string} binaryType
 * @property {(type: any, listener: (event: any) => void) => void} addEventListener
 * @property {(type: any, listener: (event: any) => void) => void} removeEventListener
 * @property {(data: string | Uint8Array<ArrayBuffer>) => void} send
 * @property {() => void} close
 */

/**
 * Waits until it is open.
 *
 * @param {W3CSocket} socket
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function openW3C(socket) {
  socket.binaryType = "arraybuffer";
  await event(socket, "open");
  return {
    receive: (count, take) =>
      new Promise((resolve) => {
        let left = count;
        socket.addEventListener("message", function onMessage({ data }) {
          void take(data);
          if (--left > 0) return;
          socket.removeEventListener("message", onMessage);
          resolve();
        });
      }),
    send: (data) => socket.send(data),
    async close() {
      const closed = event(socket, "close");
      socket.close();
      await closed;
    },
  };
}

/** @param {W3CSocket} socket @param {string} type */
const event = (socket, type) =>
  new Promise((resolve) => {
    socket.addEventListener(type, function once(event) {
      socket.removeEventListener(type, once);
      resolve(event);
    });
  });
