import { BadRequest, isBehind, send, serveRequests } from "./socket.mjs";

/** How often a watcher is told, in ms. */
const INTERVAL = 250;
const MAX_ID = 64;

/** @typedef {{ ws: import("ws").WebSocket, tell: () => import("./prices.mjs").Backlog }} Tracked */

/**
 * `/status` tells what the server holds for a connection of `/prices`, which that one cannot say of
 * itself while it is stalled. A client names its connection by an id in the URL, `/prices?id=3f2a`:
 *
 *     -> {"op":"watch","id":"3f2a"}                              a second one replaces the first
 *     <- {"op":"watching","id":"3f2a"}
 *     <- {"id":"3f2a","connected":true,"bufferedAmount":1048900,"unsent":251,"produced":2210,"skipped":0}
 *     <- {"id":"3f2a","connected":false}                         when there is no such connection
 *
 * The reports come four times a second; prices.mjs says what they count. Of two connections with the
 * same id the younger is told of.
 */
export function createStatus() {
  /** @type {Map<string, Tracked>} */
  const connections = new Map();

  /**
   * Makes a connection known by its id, as long as it lives.
   *
   * @param {string | null} id none: it cannot be watched
   * @param {import("ws").WebSocket} ws
   * @param {Tracked["tell"]} tell
   */
  function track(id, ws, tell) {
    if (id === null) return;
    connections.set(id, { ws, tell });
    ws.on("close", () => {
      if (connections.get(id)?.ws === ws) connections.delete(id);
    });
  }

  /** @param {import("ws").WebSocket} ws */
  function serveStatus(ws) {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    serveRequests(ws, {
      watch({ id }) {
        if (typeof id !== "string" || id === "" || id.length > MAX_ID) {
          throw new BadRequest(`id: a text of 1 to ${MAX_ID} characters`);
        }
        const report = () => {
          if (isBehind(ws)) return;
          const backlog = connections.get(id)?.tell();
          send(ws, JSON.stringify({ id, connected: backlog !== undefined, ...backlog }));
        };
        clearInterval(timer);
        timer = setInterval(report, INTERVAL);
        send(ws, JSON.stringify({ op: "watching", id }));
        report();
      },
    });
    ws.on("close", () => clearInterval(timer));
  }

  return { track, serveStatus };
}
