import { BadRequest, isBehind, send, serveRequests } from "./socket.mjs";

/** The interval between reports. */
const REPORT_INTERVAL_MS = 250;
const MAX_ID_LENGTH = 64;

/** @typedef {{ ws: import("ws").WebSocket, readBacklog: () => import("./prices.mjs").Backlog }} Tracked */

/**
 * Creates the endpoint `/status`, which reports the data that the server holds for a connection of `/prices`.
 * That connection cannot report it itself while it is stalled. A client names its connection by an id in the
 * URL, `/prices?id=3f2a`:
 *
 *     -> {"op":"watch","id":"3f2a"}                              a second one replaces the first
 *     <- {"op":"watching","id":"3f2a"}
 *     <- {"id":"3f2a","connected":true,"bufferedAmount":1048900,"unsent":251,"produced":2210,"skipped":0}
 *     <- {"id":"3f2a","connected":false}                         if there is no such connection
 *
 * Reports are sent four times a second; prices.mjs describes their fields. If two connections have the same
 * id, the reports are about the newer one.
 */
export function createStatus() {
  /** @type {Map<string, Tracked>} */
  const connections = new Map();

  /**
   * Registers a connection under its id until it ends.
   *
   * @param {string | null} id `null` if it is not to be watched
   * @param {import("ws").WebSocket} ws
   * @param {Tracked["readBacklog"]} readBacklog
   */
  function track(id, ws, readBacklog) {
    if (id === null) return;
    connections.set(id, { ws, readBacklog });
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
        if (typeof id !== "string" || id === "" || id.length > MAX_ID_LENGTH) {
          throw new BadRequest(`id: must be a text of 1 to ${MAX_ID_LENGTH} characters`);
        }
        const report = () => {
          if (isBehind(ws)) return;
          const backlog = connections.get(id)?.readBacklog();
          send(ws, JSON.stringify({ id, connected: backlog !== undefined, ...backlog }));
        };
        clearInterval(timer);
        timer = setInterval(report, REPORT_INTERVAL_MS);
        send(ws, JSON.stringify({ op: "watching", id }));
        report();
      },
    });
    ws.on("close", () => clearInterval(timer));
  }

  return { track, serveStatus };
}
