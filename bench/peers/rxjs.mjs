// @ts-check
import { webSocket } from "rxjs/webSocket";
import WebSocket from "ws";

/**
 * @param {string} url
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url) {
  /** @type {(data: any) => void} */
  let take = () => {};
  /** @type {() => void} */
  let tellClosed = () => {};
  /** @type {import("rxjs/webSocket").WebSocketSubject<any>} */
  const subject = await new Promise((resolve) => {
    const made = webSocket({
      url,
      WebSocketCtor: /** @type {any} */ (WebSocket),
      binaryType: "arraybuffer",
      serializer: (data) => data,
      deserializer: ({ data }) => data,
      openObserver: { next: () => resolve(made) },
      closeObserver: { next: () => tellClosed() },
    });
    made.subscribe({ next: (data) => take(data), error: () => {} });
  });
  return {
    receive: (count, next) =>
      new Promise((resolve) => {
        let left = count;
        take = (data) => {
          void next(data);
          if (--left > 0) return;
          take = () => {};
          resolve();
        };
      }),
    send: (data) => subject.next(data),
    close: () =>
      new Promise((resolve) => {
        tellClosed = () => resolve(undefined);
        subject.complete();
      }),
  };
}
