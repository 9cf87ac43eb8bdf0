import { onTestFinished } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type {
  AttemptInfo,
  ReconnectingClient,
  ReconnectOptions,
  Status,
} from "../../src/reconnect/node.js";
import { OPCODE, frame } from "../helpers/frames.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { FAST_OPTIONS, until } from "./support.js";

/** Opens a client, and records its statuses. */
export async function open(
  url: string | ((info: AttemptInfo) => string),
  options: ReconnectOptions & { marker?: false } = {},
): Promise<{ readonly client: ReconnectingClient; readonly statuses: Status["type"][] }> {
  const client = reconnecting(url, { ...FAST_OPTIONS, ...options });
  onTestFinished(async () => {
    client.terminate();
    await client.closed;
  });
  const statuses: Status["type"][] = [];
  client.onStatus(({ type }) => statuses.push(type));
  await until(client, "open");
  return { client, statuses };
}

/** Receives `count` messages and returns them as numbers. */
export async function receiveNumbers(client: ReconnectingClient, count: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < count) {
    numbers.push(Number((await client.receive({ timeout: ms(5_000) })).value?.data));
  }
  return numbers;
}

/** Sends a pong for each ping of a connection. */
export function answerPings(connection: RawConnection): void {
  connection.onFrame = ({ opcode, payload }) => {
    if (opcode === OPCODE.PING) connection.write(frame({ opcode: OPCODE.PONG, payload }));
  };
}

/** Starts a server that accepts only its first connection. */
export async function startFirstOnlyServer(): Promise<RawServer> {
  const server = await startRawServer({
    onRequest: (connection) => {
      if (server.connections.length === 1) connection.accept();
    },
  });
  return server;
}
