import { docs, setupWSConnection } from "@y/websocket-server/utils";
import { startWsServer } from "./ws-server.js";
import type { WsServer } from "./ws-server.js";

/** The server of y-websocket, which keeps documents in memory. */
export async function startYServer(): Promise<WsServer> {
  const server = await startWsServer({
    onConnection: (socket, request) => setupWSConnection(socket, request),
  });
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      // A document has a timer.
      for (const doc of docs.values()) doc.destroy();
      docs.clear();
    },
  };
}
