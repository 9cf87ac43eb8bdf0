// @ts-check
import { webSocket } from "rxjs/webSocket";
import WebSocket from "ws";

/**
 * @param {string} url
 * @returns {Promise<import("./index.mjs").Connection>}
 */
export async function open(url) {
  /** @type {(data: any) => void} */
  let deliver = () => {};
  /** @type {() => void} */
  let settleClosed = () => {};
  /** @type {import("rxjs/webSocket").WebSocketSubject<any>} */
  const subject = await new Promise((resolve) => {
    const made = webSocket({
      url,
      WebSocketCtor: /** @type {any} */ (WebSocket),
      binaryType: "arraybuffer",
      serializer: (data) => data,
      deserializer: ({ data }) => data,
      openObserver: { next: () => resolve(made) },
      closeObserver: { next: () => settleClosed() },
    });
    made.subscribe({ next: (data) => deliver(data), error: () => {} });
  });
  return {
    receive: (count, next) =>
      new Promise((resolve) => {
        let left = count;
        deliver = (data) => {
          void next(data);
          if (--left > 0) return;
          deliver = () => {};
          resolve();
        };
      }),
    send: (data) => subject.next(data),
    close: () =>
      new Promise((resolve) => {
        settleClosed = () => resolve(undefined);
        subject.complete();
      }),
  };
}
