import type { IncomingMessage } from "node:http";
import { WebSocketServer } from "ws";
import type { ServerOptions, WebSocket } from "ws";
import { Condition } from "../../helpers/condition.js";
import { startHttpServer } from "./http-server.js";
import type { HttpServer } from "./http-server.js";

/** A server of the package `ws`, over which the servers of libraries run. */
export interface WsServer extends HttpServer {
  readonly wss: WebSocketServer;
  readonly url: string;
  /** The server's side of all connections so far. */
  readonly connections: readonly WsConnection[];
  /** Settles with connection number `n`, counted from 0. */
  connection(n?: number): Promise<WsConnection>;
}

export interface WsConnection {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Settles with the close code when the connection has ended. */
  readonly closed: Promise<number>;
}

export interface WsServerOptions extends ServerOptions {
  /** Gets the server before it listens. */
  readonly attach?: (wss: WebSocketServer) => unknown;
  /** Called for each connection, before its first message is read. */
  readonly onConnection?: (socket: WebSocket, request: IncomingMessage) => void;
}

export async function startWsServer(options: WsServerOptions = {}): Promise<WsServer> {
  const { attach, onConnection, ...rest } = options;
  const connections: WsConnection[] = [];
  const changed = new Condition();
  const wss = new WebSocketServer({ noServer: true, ...rest });
  wss.on("connection", (socket, request) => {
    socket.on("error", () => {});
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    connections.push({ socket, request, closed });
    onConnection?.(socket, request);
    changed.notify();
  });
  attach?.(wss);
  const server = await startHttpServer((http) => {
    http.on("upgrade", (request, socket, head) => {
      wss.handleUpgrade(request, socket, head, (one) => wss.emit("connection", one, request));
    });
  });
  return {
    ...server,
    wss,
    url: `ws://${server.host}`,
    connections,
    cut: () => wss.clients.forEach((socket) => socket.terminate()),
    async connection(n = 0) {
      await changed.until(() => connections[n] !== undefined);
      return connections[n] as WsConnection;
    },
  };
}
