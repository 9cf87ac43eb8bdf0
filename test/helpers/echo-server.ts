import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { PerMessageDeflateOptions, WebSocket } from "ws";
import type { Certificate } from "./certificates.js";
import { Condition } from "./condition.js";

/** The server's side of a connection. */
export interface EchoConnection {
  readonly ws: WebSocket;
  readonly request: IncomingMessage;
  /** Resolves with the close code and reason when the connection has ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

export interface EchoServerOptions {
  /** Sends each message back. Default: true. */
  readonly echo?: boolean;
  readonly compression?: boolean | PerMessageDeflateOptions;
  /** Selects a subprotocol. Default: the first one, as `ws` does. */
  readonly handleProtocols?: (protocols: Set<string>) => string | false;
  /** Called for each connection, before its first message is read. */
  readonly onConnection?: (connection: EchoConnection) => void;
  readonly tls?: Certificate;
  /** The largest accepted message, in bytes. Default: 128 MiB. */
  readonly maxPayload?: number;
}

/** A real `ws` server on a free port of 127.0.0.1. */
export interface EchoServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly connections: readonly EchoConnection[];
  /** Number of TCP connections accepted so far. */
  readonly sockets: number;
  /** Resolves with the `n`th connection, counted from 0, as soon as it is open. */
  connection(n?: number): Promise<EchoConnection>;
}

export async function startEchoServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const { echo = true, compression = false, handleProtocols, onConnection, tls } = options;
  const http = tls ? createTlsServer(tls) : createServer();
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: compression,
    maxPayload: options.maxPayload ?? 134_217_728,
    ...(handleProtocols && { handleProtocols }),
  });
  const connections: EchoConnection[] = [];
  const changed = new Condition();
  let sockets = 0;
  http.on("connection", () => sockets++);
  server.on("connection", (ws, request) => {
    const connection: EchoConnection = {
      ws,
      request,
      closed: new Promise((resolve) => {
        ws.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
      }),
    };
    ws.on("error", () => {});
    if (echo) ws.on("message", (data, binary) => ws.send(data, { binary }));
    connections.push(connection);
    onConnection?.(connection);
    changed.notify();
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return {
    url: `${tls ? "wss" : "ws"}://127.0.0.1:${port}/`,
    port,
    connections,
    get sockets() {
      return sockets;
    },
    async connection(n = 0) {
      await changed.until(() => connections[n] !== undefined);
      return connections[n] as EchoConnection;
    },
    async [Symbol.asyncDispose]() {
      for (const { ws } of connections) ws.terminate();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}
