import { channel } from "node:diagnostics_channel";
import { debuglog } from "node:util";
import type { EventType, Observer } from "../../protocol/connection-event.js";

/** Prints a line if the environment variable `NODE_DEBUG` contains `wschan`. */
const debug = /* @__PURE__ */ debuglog("wschan");

/**
 * Returns an observer that publishes events of this type on the diagnostics channel `wschan:<type>`, and prints them
 * with `NODE_DEBUG=wschan`; `undefined` if the channel has no subscriber and nothing is printed.
 */
export function observerOf(type: EventType): Observer | undefined {
  const events = channel(`wschan:${type}`);
  if (!events.hasSubscribers && !debug.enabled) return undefined;
  return (event) => {
    // %O and not %o, which also shows what errors hide: the headers and the body of a refusal.
    debug("%O", event);
    events.publish(event);
  };
}
