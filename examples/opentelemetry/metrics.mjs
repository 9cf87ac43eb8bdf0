// @ts-check
// Metrics: open connections, messages and bytes, round trips, pauses, retries and lost messages.
import { metrics } from "@opentelemetry/api";

/** @typedef {import("wschan").ConnectionEvent} ConnectionEvent */

/** Returns an observer that records metrics. */
export function recordMetrics() {
  const { connections, roundTrip, pauses, retries, lost, traffic } = createInstruments();

  /** @param {ConnectionEvent} event */
  return (event) => {
    switch (event.type) {
      case "open":
        connections.add(1);
        break;
      case "close":
        connections.add(-1);
        traffic(event.stats);
        break;
      case "pong":
        roundTrip.record(event.roundTrip);
        break;
      case "pause":
        pauses.add(1);
        break;
      case "retry":
        retries.add(1, { "error.type": event.error.code });
        break;
      case "lost":
        lost.add(event.count, { reason: event.reason });
        break;
    }
  };
}

function createInstruments() {
  const meter = metrics.getMeter("wschan");
  const messages = meter.createCounter("wschan.messages", { unit: "{message}" });
  const bytes = meter.createCounter("wschan.bytes", { unit: "By" });
  return {
    connections: meter.createUpDownCounter("wschan.connections", { unit: "{connection}" }),
    roundTrip: meter.createHistogram("wschan.round_trip", { unit: "ms" }),
    pauses: meter.createCounter("wschan.pauses", { unit: "{pause}" }),
    retries: meter.createCounter("wschan.retries", { unit: "{retry}" }),
    lost: meter.createCounter("wschan.lost", { unit: "{message}" }),
    /**
     * Counts the messages of a connection when it closes, which needs no event for each message.
     *
     * @param {import("wschan").ClientStats} stats
     */
    traffic(stats) {
      messages.add(stats.messagesReceived, { direction: "in" });
      messages.add(stats.messagesSent, { direction: "out" });
      bytes.add(stats.bytesReceived, { direction: "in" });
      bytes.add(stats.bytesSent, { direction: "out" });
    },
  };
}
