/** Takes the socket over from `ws` once it has opened the connection. */
import type WebSocket from "isomorphic-ws";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

type Listener = (...args: unknown[]) => void;

/**
 * Notes the socket's listeners at `ws`'s event `upgrade`. The function that it returns is for the event
 * `open`: it removes all listeners that `ws` has attached in between, and returns the socket. From then on
 * `ws` takes no part in the connection.
 *
 * It returns `undefined`, and removes nothing, if there is no socket or `ws` does not read it as expected:
 * by one listener of the event `data`.
 */
export function prepareTakeover(response: IncomingMessage): () => Duplex | undefined {
  const socket = response.socket as Duplex | undefined;
  if (typeof socket?.rawListeners !== "function") return () => undefined;
  const before = listenersOf(socket);
  return () => {
    const added = [...listenersOf(socket)].map(([event, listeners]) => {
      const kept = before.get(event) ?? [];
      return [event, listeners.filter((listener) => !kept.includes(listener))] as const;
    });
    const readers = added.find(([event]) => event === "data")?.[1] ?? [];
    if (readers.length !== 1) return undefined;
    for (const [event, listeners] of added) {
      for (const listener of listeners) socket.removeListener(event, listener);
    }
    releaseWebSocket(socket);
    return socket;
  };
}

function listenersOf(socket: Duplex): Map<string | symbol, Listener[]> {
  return new Map(
    socket.eventNames().map((event) => [event, socket.rawListeners(event) as Listener[]]),
  );
}

/** Removes the socket's reference to the `WebSocket`, whose receiver and sender hold memory. */
function releaseWebSocket(socket: Duplex): void {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    if (key.description === "websocket") {
      (socket as unknown as Record<symbol, WebSocket | undefined>)[key] = undefined;
    }
  }
}
