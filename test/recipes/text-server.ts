import type { WebSocket } from "ws";
import { Condition } from "../helpers/condition.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer, EchoServerOptions } from "../helpers/echo-server.js";

/** The connection of a client, as a server of {@link startTextServer} sees it. */
export interface Peer {
  readonly ws: WebSocket;
  /** The text messages that the client has sent. */
  readonly texts: readonly string[];
  /** Resolves with `texts` when there are at least `count` of them. */
  received(count: number): Promise<readonly string[]>;
}

export interface TextServer extends EchoServer {
  /** Resolves with the `n`th connection, counted from 0, when it is open. */
  peer(n?: number): Promise<Peer>;
}

/** Starts a real server that keeps the text messages of each connection, and calls `onText` with each of them. */
export async function startTextServer(
  onText: (text: string, ws: WebSocket) => void = () => {},
  options: EchoServerOptions = {},
): Promise<TextServer> {
  const peers = new Map<WebSocket, Peer>();
  const server = await startEchoServer({
    echo: false,
    ...options,
    onConnection: (connection) => {
      peers.set(connection.ws, collect(connection.ws, onText));
      options.onConnection?.(connection);
    },
  });
  const peer = async (n = 0): Promise<Peer> => {
    const { ws } = await server.connection(n);
    return peers.get(ws) as Peer;
  };
  return Object.defineProperty(server, "peer", { value: peer }) as TextServer;
}

function collect(ws: WebSocket, onText: (text: string, ws: WebSocket) => void): Peer {
  const texts: string[] = [];
  const changed = new Condition();
  ws.on("message", (data: Buffer, isBinary) => {
    if (isBinary) return;
    texts.push(data.toString());
    onText(data.toString(), ws);
    changed.notify();
  });
  return {
    ws,
    texts,
    async received(count) {
      await changed.until(() => texts.length >= count);
      return texts;
    },
  };
}
