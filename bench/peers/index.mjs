// @ts-check
// The contestants by file name, with their display names. A process loads only the file of its own contestant.

/**
 * Receives one message. Loops wait for the promise if it returns one; libraries with callbacks cannot.
 *
 * @typedef {(data: string | Uint8Array | ArrayBuffer) => void | Promise<void>} Deliver
 */

/**
 * An open connection, which is used in the usual way of its library.
 *
 * @typedef {object} Connection
 * @property {(count: number, deliver: Deliver) => Promise<void>} receive
 *   Calls `deliver` for the next `count` messages that arrive after the call, with texts as strings.
 * @property {(data: string | Uint8Array<ArrayBuffer>) => unknown} send
 * @property {(data: string | Uint8Array<ArrayBuffer>) => Promise<unknown>} [sendAndWait] Sends a message and resolves
 *   when the next may follow; absent if the library cannot tell.
 * @property {() => Promise<unknown>} close Closes the connection with the close handshake.
 */

/**
 * @typedef {object} PeerOptions
 * @property {boolean} [deflate] negotiates permessage-deflate and compresses all messages
 * @property {(event: object) => void} [observe] of wschan: the observer
 * @property {boolean} [observeMessages] of wschan: observes messages, too
 * @property {boolean} [binaryViews] of wschan: receives binary messages as views on the socket's buffer
 */

export const NAMES = Object.freeze({
  wschan: "`for await`",
  "wschan-receive": "`receive()`",
  "wschan-batches": "`tryReceive()` in batches",
  "wschan-views": "`node.binaryViews`",
  "wschan-unobserved": "no observer",
  "wschan-observed": "`observe`",
  "wschan-observed-messages": "`observeMessages`",
  "wschan-hub": "`wschan/hub`",
  "ws-emitter": "`EventEmitter` over `ws`",
  "ws-emitter-loops": "`for await` over it",
  "rxjs-multiplex": "`multiplex` of rxjs",
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

/** The peers that use a W3C `WebSocket`: that of `ws`, except for Node's own. */
export const W3C = /** @type {const} */ ([
  "node-websocket",
  "partysocket",
  "reconnecting-websocket",
  "rxjs",
  "websocket-as-promised",
]);

/**
 * Opens a connection with a contestant.
 *
 * @param {string} name
 * @param {string} url
 * @param {PeerOptions} [options]
 * @returns {Promise<Connection>}
 */
export async function open(name, url, options = {}) {
  const peer = await import(new URL(`./${name}.mjs`, import.meta.url).href);
  return peer.open(url, options);
}
