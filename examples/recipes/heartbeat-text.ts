import { connect } from "wschan";
import type { Client, Message } from "wschan";

/** Opens a connection to a server that expects the text "ping" at intervals, and answers with the text "pong". */
export function openWithHeartbeat(url: string, interval = "20s"): Promise<Client> {
  return connect(url, {
    keepAlive: {
      interval,
      timeout: "10s",
      message: () => "ping",
      prefer: "message", // Also in Node, which would send ping frames otherwise.
    },
  });
}

/** Iterates over the messages without heartbeats. If the server sends "ping", it gets its "pong". */
export async function* withoutHeartbeats(client: Client): AsyncGenerator<Message, void> {
  for await (const message of client) {
    if (message.data === "ping") void client.send("pong");
    else if (message.data !== "pong") yield message;
  }
}
