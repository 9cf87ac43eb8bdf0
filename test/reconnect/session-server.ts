import { onTestFinished } from "vitest";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoConnection, EchoServer, EchoServerOptions } from "../helpers/echo-server.js";

/**
 * A server of one session, which moves to each new connection: it sends its next number there, and records the numbers
 * that arrive on any connection.
 */
export interface SessionServer {
  readonly server: EchoServer;
  /** The numbers received, in the order of arrival. */
  readonly received: number[];
  /** The number that was sent last. */
  readonly lastSent: number;
  /** Sends the next `count` numbers on the newest connection. */
  send(count: number): void;
}

export async function startSessionServer(
  onConnection?: (connection: EchoConnection, index: number) => void,
  options: EchoServerOptions = {},
): Promise<SessionServer> {
  const received: number[] = [];
  let newest: EchoConnection | undefined;
  let index = 0;
  let lastSent = 0;
  const server = await startEchoServer({
    echo: false,
    ...options,
    onConnection(connection) {
      newest = connection;
      connection.ws.on("message", (data) => received.push(Number((data as Buffer).toString())));
      onConnection?.(connection, index++);
    },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return {
    server,
    received,
    get lastSent() {
      return lastSent;
    },
    send(count) {
      for (let i = 0; i < count; i++) newest?.ws.send(String(++lastSent));
    },
  };
}

/** Returns the numbers from 1 to `last`. */
export function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}
