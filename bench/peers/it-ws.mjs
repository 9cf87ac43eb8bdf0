// @ts-check
// Is only measured with receiving, because its `sink` reads all of its input at once and then closes the connection.
import { connect } from "it-ws/client";

/**
 * @param {string} url
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url) {
  const stream = connect(url, { websocket: { perMessageDeflate: false } });
  await stream.connected();
  // It delivers text messages as bytes, too.
  const decoder = new TextDecoder();
  const isText = url.includes("text");
  return {
    async receive(count, deliver) {
      let left = count;
      for await (const data of stream.source) {
        const pending = deliver(isText ? decoder.decode(data) : data);
        if (pending) await pending;
        if (--left === 0) break;
      }
    },
    send: (data) => stream.socket.send(data),
    close: () => stream.close(),
  };
}
