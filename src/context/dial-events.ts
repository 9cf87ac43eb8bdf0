import type { Events } from "../connection/events.js";
import type { WsError } from "../errors/ws-error.js";
import type { Transport } from "../protocol/transport.js";
import { displayUrl } from "../protocol/url.js";
import { now } from "../time/clock.js";

/** Emits the events that follow `dial`. One of the two functions is called, once. */
interface DialEvents {
  /** Emits `open`. */
  readonly opened: (transport: Transport, url: URL) => void;
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
    opened(transport, url) {
      const duration = now() - start;
      events.emit("open", () => {
        const { protocol, compression, handshake } = transport;
        const status = handshake?.status;
        return { url: displayUrl(url, ""), duration, protocol, compression, status, ...attempt };
      });
    },
    failed(error) {
      events.emit("dial-failed", () => ({ error, duration: now() - start, ...attempt }));
      throw error;
    },
  };
}
