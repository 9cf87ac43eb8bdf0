// @ts-check

/**
 * What this uses of a `WebSocketStream`, which the libraries do not declare yet.
 *
 * @typedef {object} WebSocketStream
 * @property {Promise<{ readable: ReadableStream<string | ArrayBuffer>, writable: WritableStream<string | BufferSource> }>} opened
 * @property {Promise<unknown>} closed
 * @property {() => void} close
 */

/**
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
    async receive(count, take) {
      for (let left = count; left > 0; left--) {
        const { done, value } = await reader.read();
        if (done) throw new Error("ended");
        const busy = take(value);
        if (busy) await busy;
      }
    },
    send: (data) => writer.write(data),
    close() {
      stream.close();
      return stream.closed;
    },
  };
}
