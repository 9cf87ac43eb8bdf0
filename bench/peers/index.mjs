// @ts-check
// The peers by file, and what they are called. Only the process that measures a peer loads it.

/**
 * Takes one message. A loop waits for the promise, if there is one; a callback cannot.
 *
 * @typedef {(data: string | Uint8Array | ArrayBuffer) => void | Promise<void>} Take
 */

/**
 * One open connection, in the idiom of its library.
 *
 * @typedef {object} Connection
 * @property {(count: number, take: Take) => Promise<void>} receive
 *   Hands the next messages to `take`, texts as strings, from the moment it is called.
 * @property {(data: string | Uint8Array<ArrayBuffer>) => unknown} send
 * @property {(data: string | Uint8Array<ArrayBuffer>) => Promise<unknown>} [sent] Sends and says when to go on,
 *   where the library has a way to.
 * @property {() => Promise<unknown>} close With the closing handshake.
 */

/**
 * @typedef {object} PeerOptions
 * @property {boolean} [deflate] permessage-deflate, for all messages
 * @property {boolean} [binaryViews] of wschan: binary messages are views on the socket's buffer
 */

export const NAMES = Object.freeze({
  wschan: "`for await`",
  "wschan-receive": "`receive()`",
  "wschan-batches": "`tryReceive()` in batches",
  "wschan-views": "`node.binaryViews`",
  ws: "bare `ws`",
  "ws-events": '`events.on(ws, "message")`',
  "ws-stream": "`createWebSocketStream`",
  "node-websocket": "Node's `WebSocket`",
  partysocket: "`partysocket`",
  "reconnecting-websocket": "`reconnecting-websocket`",
  rxjs: "`rxjs/webSocket`",
  "it-ws": "`it-ws`",
  "websocket-as-promised": "`websocket-as-promised`",
});

/** @typedef {keyof typeof NAMES} PeerName */

/** Those that stand on a W3C `WebSocket`: the one that `ws` has, save for Node's own. */
export const W3C = /** @type {const} */ ([
  "node-websocket",
  "partysocket",
  "reconnecting-websocket",
  "rxjs",
  "websocket-as-promised",
]);

/**
 * @param {string} name
 * @param {string} url
 * @param {PeerOptions} [options]
 * @returns {Promise<Connection>}
 */
export async function open(name, url, options = {}) {
  const peer = await import(new URL(`./${name}.mjs`, import.meta.url).href);
  return peer.open(url, options);
}
