// @ts-check

/**
 * The part of the W3C `WebSocket` interface that is used here.
 *
 * @typedef {object} W3CSocket
 * @property {string} binaryType
 * @property {(type: any, listener: (event: any) => void) => void} addEventListener
 * @property {(type: any, listener: (event: any) => void) => void} removeEventListener
 * @property {(data: string | Uint8Array<ArrayBuffer>) => void} send
 * @property {() => void} close
 */

/**
 * Resolves when the socket is open.
 *
 * @param {W3CSocket} socket
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function openW3C(socket) {
  socket.binaryType = "arraybuffer";
  await event(socket, "open");
  return {
    receive: (count, deliver) =>
      new Promise((resolve) => {
        let left = count;
        socket.addEventListener("message", function onMessage({ data }) {
          void deliver(data);
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

/**
 * Resolves with the next event of a type.
 *
 * @param {W3CSocket} socket
 * @param {string} type
 */
const event = (socket, type) =>
  new Promise((resolve) => {
    socket.addEventListener(type, function once(event) {
      socket.removeEventListener(type, once);
      resolve(event);
    });
  });
