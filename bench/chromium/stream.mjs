// @ts-check

/**
 * The part of `WebSocketStream` that is used here. The DOM library does not declare it yet.
 *
 * @typedef {object} WebSocketStream
 * @property {Promise<{ readable: ReadableStream<string | ArrayBuffer>, writable: WritableStream<string | BufferSource> }>} opened
 * @property {Promise<unknown>} closed
 * @property {() => void} close
 */

/**
 * Opens a bare `WebSocketStream`.
 *
 * @param {string} url
 * @returns {Promise<import("../peers/index.mjs").Connection>}
 */
export async function openStream(url) {
  const { WebSocketStream } =
    /** @type {{ WebSocketStream: new (url: string) => WebSocketStream }} */ (
      /** @type {unknown} */ (globalThis)
    );
  const stream = new WebSocketStream(url);
  const { readable, writable } = await stream.opened;
  const reader = readable.getReader();
  const writer = writable.getWriter();
  return {
    async receive(count, deliver) {
      for (let left = count; left > 0; left--) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the connection ended with ${left} messages missing`);
        const pending = deliver(value);
        if (pending) await pending;
      }
    },
    send: (data) => writer.write(data),
    close() {
      stream.close();
      return stream.closed;
    },
  };
}
