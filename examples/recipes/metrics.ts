import type { ConnectionEvent } from "wschan";

/** Counts the events of connections, in the text format of Prometheus. */
export class ConnectionMetrics {
  readonly #values = new Map<string, number>();

  /** For the option `observe`. */
  readonly observe = (event: ConnectionEvent): void => {
    switch (event.type) {
      case "open":
        this.#add("ws_opened_total");
        this.#add("ws_open_connections");
        break;
      case "dial-failed":
        this.#add(`ws_dial_failures_total{code="${event.error.code}"}`);
        break;
      case "close":
        this.#add("ws_open_connections", -1);
        this.#add(`ws_closed_total{code="${event.info.code}"}`);
        this.#add("ws_messages_received_total", event.stats.messagesReceived);
        this.#add("ws_messages_sent_total", event.stats.messagesSent);
        break;
      case "retry":
        this.#add("ws_retries_total");
        break;
      case "lost":
        this.#add(`ws_lost_messages_total{reason="${event.reason}"}`, event.count);
        break;
    }
  };

  /** Returns the page that Prometheus reads. */
  toString(): string {
    return [...this.#values].map(([name, value]) => `${name} ${value}\n`).join("");
  }

  #add(name: string, amount = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + amount);
  }
}

/** Returns a line for the log, or `undefined` for an event that is normal and frequent. */
export function logLine(event: ConnectionEvent): string | undefined {
  if (event.type === "open")
    return `connected to ${event.url} after ${event.duration.toFixed()} ms`;
  if (event.type === "dial-failed") return `not connected: ${event.error.message}`;
  if (event.type === "close")
    return `closed with ${event.info.code} ${event.info.reason}`.trimEnd();
  if (event.type === "retry") return `attempt ${event.attempt} in ${event.delay.toFixed()} ms`;
  if (event.type === "lost") return `lost ${event.count} messages: ${event.reason}`;
  return undefined;
}
