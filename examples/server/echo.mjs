import { receive, send } from "./socket.mjs";

/**
 * Serves `/echo`: sends every message back unchanged, text as text and binary as binary.
 *
 * @param {import("ws").WebSocket} ws
 */
export function serveEcho(ws) {
  receive(ws, (data, isBinary) => send(ws, data, { binary: isBinary }));
}
