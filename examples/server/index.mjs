// The server behind the examples, the demo and their tests: plain `ws` on one HTTP server.
import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { createChat } from "./chat.mjs";
import { serveEcho } from "./echo.mjs";
import { servePrices } from "./prices.mjs";

/** The largest message a client may send, in bytes, decompressed; a larger one is answered with 1009. */
const MAX_MESSAGE = 1024 * 1024;

/** How long clients have to answer the close frame at shutdown before they are cut off, in ms. */
const SHUTDOWN_GRACE = 500;

/**
 * Starts the demo server. Its endpoints are `/prices`, `/chat` and `/echo`; each is described where it
 * is implemented.
 *
 * @param {{ port?: number, host?: string }} [options] `port` 0 takes a free one
 * @returns {Promise<{ url: string, port: number, close(): Promise<void> }>} `url` is the address without
 *   a path; `close()` says goodbye to all clients and resolves when the port is free
 */
export async function startDemoServer({ port = 0, host = "127.0.0.1" } = {}) {
  /** @type {Map<string, (ws: import("ws").WebSocket) => void>} */
  const endpoints = new Map([
    ["/prices", servePrices],
    ["/chat", createChat()],
    ["/echo", serveEcho],
  ]);
  const upgrader = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    maxPayload: MAX_MESSAGE,
  });

  /** @param {import("node:http").IncomingMessage} request */
  const endpointOf = (request) =>
    // Not `new URL()`: it throws on a target such as "//", which any client can send.
    endpoints.get(String(request.url).replace(/\?.*$/, ""));

  const server = createServer((request, response) => {
    const found = endpointOf(request) !== undefined;
    if (found) response.setHeader("Upgrade", "websocket");
    response.writeHead(found ? 426 : 404, { "Content-Type": "text/plain" });
    response.end(found ? "Upgrade Required\n" : "Not Found\n");
  });

  server.on("upgrade", (request, socket, head) => {
    const serve = endpointOf(request);
    if (!serve) return refuse(socket);
    upgrader.handleUpgrade(request, socket, head, (ws) => {
      // `ws` closes the connection itself after an error, but one that nobody listens to ends the process.
      ws.on("error", () => {});
      serve(ws);
    });
  });

  server.listen(port, host);
  await once(server, "listening");
  const bound = /** @type {import("node:net").AddressInfo} */ (server.address());

  async function shutDown() {
    const freed = once(server, "close");
    server.close();
    for (const ws of upgrader.clients) ws.close(1001, "server is shutting down");
    const cutOff = setTimeout(() => {
      for (const ws of upgrader.clients) ws.terminate();
      server.closeAllConnections();
    }, SHUTDOWN_GRACE);
    await freed;
    clearTimeout(cutOff);
  }

  /** @type {Promise<void> | undefined} */
  let closing;
  return {
    url: `ws://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    close: () => (closing ??= shutDown()),
  };
}

/**
 * Answers an upgrade request with 404. Node leaves the socket of such a request to us.
 *
 * @param {import("node:stream").Duplex} socket
 */
function refuse(socket) {
  const body = "Not Found\n";
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(
    "HTTP/1.1 404 Not Found\r\n" +
      "Connection: close\r\n" +
      "Content-Type: text/plain\r\n" +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}
