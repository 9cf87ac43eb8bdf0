// @ts-check
// Its `sink` takes all there is to send at once and closes at its end, so it is asked to receive alone.
import { connect } from "it-ws/client";

/**
 * @param {string} url
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url) {
  const stream = connect(url, { websocket: { perMessageDeflate: false } });
  await stream.connected();
  // Every message comes as bytes, of text as well.
  const decoder = new TextDecoder();
  const isText = url.includes("text");
  return {
    async receive(count, take) {
      let left = count;
      for await (const data of stream.source) {
        const busy = take(isText ? decoder.decode(data) : data);
        if (busy) await busy;
        if (--left === 0) break;
      }
    },
    send: (data) => stream.socket.send(data),
    close: () => stream.close(),
  };
}
