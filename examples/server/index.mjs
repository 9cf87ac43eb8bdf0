// The server of the examples, the demo and their tests: plain `ws` on one HTTP server, which also serves the
// demo's page.
import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { createChat } from "./chat.mjs";
import { serveEcho } from "./echo.mjs";
import { respond, servePage } from "./page.mjs";
import { servePrices } from "./prices.mjs";
import { createStatus } from "./status.mjs";

/** The largest message that a client may send, after decompression. A larger one is answered with 1009. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The time that clients have at shutdown to answer the close frame, before they are disconnected. */
const SHUTDOWN_GRACE_MS = 500;

/**
 * Starts the demo server. Its endpoints are `/prices`, `/chat`, `/echo` and `/status`, and the page at `/`.
 * The module of each endpoint describes its protocol.
 *
 * @param {{ port?: number, host?: string }} [options] `port` 0 selects a free one
 * @returns {Promise<{ url: string, page: string, port: number, close(): Promise<void> }>} `url` is the
 *   endpoints' address without a path, and `page` the address of the page. `close()` closes all
 *   connections with 1001 and resolves when the port is free
 */
export async function startDemoServer({ port = 0, host = "127.0.0.1" } = {}) {
  const { track, serveStatus } = createStatus();
  const servePricesById = (
    /** @type {import("ws").WebSocket} */ ws,
    /** @type {URLSearchParams} */ query,
  ) => track(query.get("id"), ws, servePrices(ws));
  /** @type {Map<string, (ws: import("ws").WebSocket, query: URLSearchParams) => void>} */
  const endpoints = new Map([
    ["/prices", servePricesById],
    ["/chat", createChat()],
    ["/echo", serveEcho],
    ["/status", serveStatus],
  ]);
  const upgrader = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  const server = createServer((request, response) => {
    const { path } = parseTarget(request);
    if (endpoints.has(path)) {
      respond(response, 426, "Upgrade Required\n", { Upgrade: "websocket" });
    } else {
      void servePage(path, request, response);
    }
  });

  server.on("upgrade", (request, socket, head) => {
    const { path, query } = parseTarget(request);
    const serve = endpoints.get(path);
    if (!serve) return refuse(socket);
    upgrader.handleUpgrade(request, socket, head, (ws) => {
      // `ws` itself closes the connection after an error, but an `error` event without a listener would
      // end the process.
      ws.on("error", () => {});
      serve(ws, query);
    });
  });

  server.listen(port, host);
  await once(server, "listening");
  const bound = /** @type {import("node:net").AddressInfo} */ (server.address());

  async function shutDown() {
    const freed = once(server, "close");
    server.close();
    for (const ws of upgrader.clients) ws.close(1001, "server is shutting down");
    const timer = setTimeout(() => {
      for (const ws of upgrader.clients) ws.terminate();
      server.closeAllConnections();
    }, SHUTDOWN_GRACE_MS);
    await freed;
    clearTimeout(timer);
  }

  /** @type {Promise<void> | undefined} */
  let closing;
  const authority = `${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
  return {
    url: `ws://${authority}`,
    page: `http://${authority}/`,
    port: bound.port,
    close: () => (closing ??= shutDown()),
  };
}

/**
 * Splits a request target into path and query. Does not use `new URL()`, which throws for a target such as
 * "//" that any client can send.
 *
 * @param {import("node:http").IncomingMessage} request
 */
function parseTarget({ url = "" }) {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  return { path, query: new URLSearchParams(url.slice(path.length)) };
}

/**
 * Answers an upgrade request with 404. Node does not close the socket of such a request.
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
