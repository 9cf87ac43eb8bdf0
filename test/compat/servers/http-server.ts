import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** An HTTP server on a free port of 127.0.0.1. */
export interface HttpServer extends AsyncDisposable {
  readonly http: Server;
  /** `127.0.0.1` and the port. */
  readonly host: string;
  /** Ends all connections at once, as the death of the process does. */
  cut(): void;
}

/** Starts the server. `attach` gets it before it listens. */
export async function startHttpServer(attach?: (http: Server) => unknown): Promise<HttpServer> {
  const http = createServer();
  const sockets = new Set<Socket>();
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  attach?.(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    http,
    host: `127.0.0.1:${(http.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(http, "close");
      if (http.listening) http.close();
      cut();
      await closed;
    },
  };
}
