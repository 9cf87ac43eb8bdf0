// @ts-check
// The module that a tab imports. All tabs of an origin share one connection if the browser has `SharedWorker`. In
// Chrome for Android, and in Safari before 16, each tab has its own.
import { createHub } from "wschan/hub";
import { reconnecting } from "wschan/reconnect";

/**
 * Called with the data of each message, and with the number of messages so far that this tab was too slow for.
 *
 * @typedef {(data: unknown, dropped: number) => unknown} Handler
 */

/**
 * Opens the connection, or shares that of another tab. Returns a function that sends a text.
 *
 * @param {string} url
 * @param {Handler} handle
 * @returns {(text: string) => void}
 */
export const openShared = (url, handle) =>
  typeof SharedWorker === "undefined" ? openOwn(url, handle) : openWorker(url, handle);

/** @type {typeof openShared} */
function openWorker(url, handle) {
  const script = new URL("./worker.js", import.meta.url);
  script.searchParams.set("url", url);
  const { port } = new SharedWorker(script, { type: "module" });
  const lock = crypto.randomUUID();
  // Held until the tab has gone.
  void navigator.locks.request(lock, () => {
    port.postMessage({ type: "open", lock });
    return new Promise(() => {});
  });
  // One message after the other, although the port does not wait for an async handler.
  let handled = Promise.resolve();
  port.onmessage = ({ data: { data, dropped } }) => {
    handled = handled
      .then(() => handle(data, dropped))
      .catch(reportError)
      .then(() => port.postMessage({ type: "read" }));
  };
  return (data) => port.postMessage({ type: "send", data });
}

/** @type {typeof openShared} */
function openOwn(url, handle) {
  const client = reconnecting(url);
  const messages = createHub(client).subscribe(undefined, {
    capacity: 100,
    whenFull: "drop-oldest",
  });
  void (async () => {
    for await (const { data } of messages) await handle(data, messages.dropped);
  })().catch(() => {});
  return (text) => void client.send(text);
}
