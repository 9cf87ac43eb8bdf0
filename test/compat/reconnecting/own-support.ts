import { onTestFinished } from "vitest";
import { ReconnectingWebSocket } from "../../../src/compat/node.js";
import type { ReconnectingWebSocketOptions } from "../../../src/compat/node.js";
import type { WsError } from "../../../src/node.js";
import { EventLog } from "./support.js";

/** A URL without a server: connections to its port are refused. */
export const REFUSING_URL = "ws://127.0.0.1:1/";
const FAST = { backoff: { min: 1, max: 4 } } satisfies ReconnectingWebSocketOptions;

type Arguments = ConstructorParameters<typeof ReconnectingWebSocket>;

/** Opens a socket that waits at most 4 ms between attempts, and closes it when the test ends. */
export function open(
  url: Arguments[0],
  options: ReconnectingWebSocketOptions = {},
  protocols?: Arguments[1],
) {
  const socket = new ReconnectingWebSocket(url, protocols, { ...FAST, ...options });
  onTestFinished(() => socket.close());
  return { socket, events: new EventLog(socket) };
}

/** Returns the codes of all error events. */
export function codes(events: EventLog): unknown[] {
  return events.of("error").map(({ event }) => (event.error as WsError).code);
}
