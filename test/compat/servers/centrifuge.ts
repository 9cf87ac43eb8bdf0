import { startWsServer } from "./ws-server.js";
import type { WsServer } from "./ws-server.js";

interface Command {
  readonly id?: number;
  readonly connect?: object;
  readonly subscribe?: {
    readonly channel: string;
    readonly recover?: boolean;
    readonly offset?: number;
  };
  readonly unsubscribe?: { readonly channel: string };
  readonly publish?: { readonly channel: string; readonly data: unknown };
  readonly rpc?: { readonly method: string; readonly data: unknown };
}

interface Publication {
  readonly data: unknown;
  readonly offset: number;
}

export interface CentrifugeServer extends WsServer {
  /** Number of pongs that clients have sent. */
  readonly pongs: number;
  /** Publishes data in a channel. */
  publish(channel: string, data: unknown): void;
}

/**
 * A server that speaks the JSON protocol of Centrifugo. Channels keep their history, so that a client recovers what it
 * missed. The procedure "double" exists. The server sends a ping each `pingInterval` milliseconds.
 */
export async function startCentrifugeServer(pingInterval: number): Promise<CentrifugeServer> {
  let pongs = 0;
  const history = new Map<string, Publication[]>();
  const subscribed = new Map<unknown, Set<string>>();
  const historyOf = (channel: string): Publication[] => {
    const publications = history.get(channel) ?? [];
    history.set(channel, publications);
    return publications;
  };

  const publish = (channel: string, data: unknown): void => {
    const publications = historyOf(channel);
    const pub = { data, offset: publications.length + 1 };
    publications.push(pub);
    server.wss.clients.forEach((socket) => {
      if (!subscribed.get(socket)?.has(channel)) return;
      socket.send(JSON.stringify({ push: { channel, pub } }));
    });
  };

  /** Returns the result of a command. */
  const run = (channels: Set<string>, command: Command): object => {
    if (command.connect) {
      return { connect: { client: "client", version: "0", ping: 25, pong: true } };
    }
    if (command.subscribe) {
      const { channel, recover = false, offset = 0 } = command.subscribe;
      channels.add(channel);
      const publications = historyOf(channel);
      const position = { recoverable: true, epoch: "epoch", offset: publications.length };
      const missed = recover && { recovered: true, publications: publications.slice(offset) };
      return { subscribe: { ...position, ...missed } };
    }
    if (command.unsubscribe) {
      channels.delete(command.unsubscribe.channel);
      return { unsubscribe: {} };
    }
    if (command.publish) {
      publish(command.publish.channel, command.publish.data);
      return { publish: {} };
    }
    if (command.rpc?.method === "double") return { rpc: { data: Number(command.rpc.data) * 2 } };
    return { error: { code: 104, message: "method not found" } };
  };

  const server = await startWsServer({
    onConnection: (socket) => {
      const channels = new Set<string>();
      subscribed.set(socket, channels);
      const timer = setInterval(() => socket.send("{}"), pingInterval);
      socket.on("close", () => {
        clearInterval(timer);
        subscribed.delete(socket);
      });
      socket.on("message", (data: Buffer) => {
        const replies = data
          .toString()
          .split("\n")
          .flatMap((line) => {
            const command = JSON.parse(line) as Command;
            if (command.id !== undefined) return { id: command.id, ...run(channels, command) };
            // Only a pong has no number.
            pongs++;
            return [];
          });
        if (replies.length > 0) socket.send(replies.map((one) => JSON.stringify(one)).join("\n"));
      });
    },
  });
  return {
    ...server,
    get pongs() {
      return pongs;
    },
    publish,
  };
}
