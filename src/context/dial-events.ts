import type { Client } from "../connection/client.js";
import type { Events } from "../connection/events.js";
import type { WsError } from "../errors/ws-error.js";
import { displayUrl } from "../protocol/url.js";
import { now } from "../time/clock.js";

/** Emits the events that follow `dial`. One of the two functions is called, once. */
interface DialEvents {
  /** Emits `open`, and `close` when the connection has ended. */
  readonly opened: (client: Client, url: URL) => void;
  /** Emits `dial-failed`, and throws the error. */
  readonly failed: (error: WsError) => never;
}

/**
 * Emits `dial`.
 *
 * @param attemptNumber The number of the attempt of a reconnecting client.
 */
export function emitDial(events: Events, dialled: URL, attemptNumber?: number): DialEvents {
  const start = now();
  const attempt = attemptNumber && { attempt: attemptNumber };
  events.emit("dial", () => ({ url: displayUrl(dialled, ""), ...attempt }));
  return {
    opened(client, url) {
      const openedAt = now();
      const duration = openedAt - start;
      events.emit("open", () => {
        const { protocol, compression, handshake } = client;
        const status = handshake?.status;
        return { url: displayUrl(url, ""), duration, protocol, compression, status, ...attempt };
      });
      // Registered first, so that the event precedes everything that waits for the end.
      void client.closed.then((info) => {
        const { stats } = client;
        events.emit("close", () => ({ info, stats, lifetime: now() - openedAt }));
      });
    },
    failed(error) {
      events.emit("dial-failed", () => ({ error, duration: now() - start, ...attempt }));
      throw error;
    },
  };
}
