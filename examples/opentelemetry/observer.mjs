// @ts-check
// Turns the events of connections into spans and metrics: `createContext({ observe: observeConnections() })`.
import { recordMetrics } from "./metrics.mjs";
import { recordSpans } from "./spans.mjs";

/** Returns an observer for `connect`, `createContext` or `reconnecting`. */
export function observeConnections() {
  const toSpans = recordSpans();
  const toMetrics = recordMetrics();
  /** @param {import("wschan").ConnectionEvent} event */
  return (event) => {
    toSpans(event);
    toMetrics(event);
  };
}
