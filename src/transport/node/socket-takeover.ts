/** Takes over the socket from `ws` after `ws` has opened the connection. */
import type WebSocket from "isomorphic-ws";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

type Listener = (...args: unknown[]) => void;

/**
 * Records the listeners of the socket; call it at the event `upgrade` of `ws`. Returns a function to call at the
 * event `open`: it removes the listeners that `ws` has attached since and returns the socket, which `ws` no
 * longer uses afterwards.
 *
 * That function returns `undefined` and removes nothing if there is no socket, or if `ws` does not read it
 * with exactly one listener of the event `data`.
 */
export function prepareTakeover(response: IncomingMessage): () => Duplex | undefined {
  const socket = response.socket as Duplex | undefined;
  if (typeof socket?.rawListeners !== "function") return () => undefined;
  const before = listenersOf(socket);
  return () => {
    const added = [...listenersOf(socket)].map(([event, listeners]) => {
      const earlier = before.get(event) ?? [];
      return [event, listeners.filter((listener) => !earlier.includes(listener))] as const;
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

/** Removes the reference from the socket to the `WebSocket`, to free the memory of its receiver and sender. */
function releaseWebSocket(socket: Duplex): void {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    if (key.description === "websocket") {
      (socket as unknown as Record<symbol, WebSocket | undefined>)[key] = undefined;
    }
  }
}
