import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { WebSocketServer } from "ws";
import type { Certificate } from "../helpers/certificates.js";
import { linkTo } from "../helpers/links.js";
import type { Close, SuiteServer } from "./suite/options.js";

/**
 * Starts the server of the conformance suite, with TLS if a certificate is given, and behind a simulated link
 * if one is named. The query of each URL selects its behaviour, so that a page in a browser can do so, too;
 * `?id=` names the connection. `GET /?id=` waits for the end of that connection and answers with the close
 * code and reason that the server received: `{ code, reason }`. Pages of any origin may request it.
 *
 * - `greet=N`: sends the texts "0" to "N-1" and the handshake response in one write;
 * - `bytes=N`: sends a binary message of N bytes of the value 7;
 * - `close=CODE`, `reason=TEXT`: then closes; `close=1005` sends a close frame without a code;
 * - `drop`: then destroys the TCP connection;
 * - `mute`: reads nothing, so that it neither echoes messages nor answers a close frame;
 * - `silent`: never answers the handshake; `refuse=STATUS` refuses it with that status;
 * - `plain`: declines permessage-deflate, which browsers always offer;
 * - otherwise it echoes. It selects the last subprotocol that is offered; with `noprotocol`, none.
 */
export async function startScriptedServer(link?: string, tls?: Certificate): Promise<SuiteServer> {
  const closes = new Map<string, Promise<Close>>();
  const http = createServer((request, response) => {
    // A connection that a client keeps alive would outlive the test.
    const headers = { "access-control-allow-origin": "*", connection: "close" };
    const close = closes.get(queryOf(request).get("id") ?? "");
    if (close === undefined) response.writeHead(404, headers).end();
    else void close.then((end) => response.writeHead(200, headers).end(JSON.stringify(end)));
  });
  const upgrader = (perMessageDeflate: boolean): WebSocketServer =>
    new WebSocketServer({
      noServer: true,
      maxPayload: 134_217_728,
      perMessageDeflate,
      handleProtocols: (protocols, { url = "" }) =>
        !url.includes("noprotocol") && ([...protocols].at(-1) ?? false),
    });
  const plain = upgrader(false);
  const deflating = upgrader(true);
  const connections = new Set<Socket>();
  http.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });

  http.on("upgrade", (request, socket, head) => {
    const query = queryOf(request);
    socket.on("error", () => {});
    if (query.has("silent")) return;
    const refusal = query.get("refuse");
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    // Corking combines the handshake response and the first frames in one write.
    socket.cork();
    (query.has("plain") ? plain : deflating).handleUpgrade(request, socket, head, (ws) => {
      ws.on("error", () => {});
      closes.set(
        query.get("id") ?? "",
        new Promise((resolve) => {
          ws.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
        }),
      );
      if (query.has("mute")) ws.pause();
      else ws.on("message", (data, binary) => ws.send(data, { binary }));
      for (let i = 0; i < Number(query.get("greet")); i++) ws.send(String(i), { compress: false });
      const bytes = query.get("bytes");
      if (bytes !== null) ws.send(new Uint8Array(Number(bytes)).fill(7), { compress: false });
      const code = Number(query.get("close"));
      if (code === 1005) ws.close();
      else if (code > 0) ws.close(code, query.get("reason") ?? "");
      socket.uncork();
      if (query.has("drop")) setTimeout(() => ws.terminate(), 20);
    });
  });
  await listen(http);
  const secure = tls && createTlsServer(tls, (socket) => http.emit("connection", socket));
  if (secure) await listen(secure);
  const linked = await linkTo(secure ? urlOf("wss", secure) : urlOf("ws", http), link);
  return {
    url: linked.url,
    reportUrl: urlOf("http", http),
    async stop() {
      await linked[Symbol.asyncDispose]();
      for (const socket of connections) socket.destroy();
      for (const server of secure ? [http, secure] : [http]) {
        server.close();
        await once(server, "close");
      }
    },
  };
}

async function listen(server: Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}

function urlOf(scheme: string, server: Server): string {
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  return new URL(url, "http://localhost").searchParams;
}
