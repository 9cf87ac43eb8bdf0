import { receive, send } from "./socket.mjs";

/**
 * `/echo` sends every message back as it came, text as text and binary as binary.
 *
 * @param {import("ws").WebSocket} ws
 */
export function serveEcho(ws) {
  receive(ws, (data, isBinary) => send(ws, data, { binary: isBinary }));
}
