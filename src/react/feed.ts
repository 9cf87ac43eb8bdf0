import { callListener } from "../connection/call-listener.js";
import { createHub } from "../hub/create-hub.js";
import type { HubClient } from "../hub/hub-client.js";
import type { Subscription } from "../hub/subscription.js";

type Listener<In> = (message: In) => void;

/** The listeners of one client. */
class Feed<In> extends Set<Listener<In>> {
  /** Called when a listener was added. */
  onListener: (() => void) | undefined;
}

/** The feed of each client that a component has listened to. */
const feeds = /* @__PURE__ */ new WeakMap<object, unknown>();

/**
 * Calls `listener` with each message of a client. Returns a function that removes it.
 *
 * While a client has no listener, its messages wait in the subscription, which pauses the hub when it is full, and then
 * in the client.
 */
export function listen<In>(client: HubClient<In, never>, listener: Listener<In>): () => void {
  let feed = feeds.get(client) as Feed<In> | undefined;
  if (!feed) {
    feeds.set(client, (feed = new Feed()));
    void deliver(createHub(client).subscribe(), feed);
  }
  feed.add(listener);
  feed.onListener?.();
  return () => feed.delete(listener);
}

/** Delivers messages to listeners until the subscription ends. */
async function deliver<In>(messages: Subscription<In>, feed: Feed<In>): Promise<void> {
  for (;;) {
    const { ok, value } = await messages.receive();
    if (!ok) return;
    while (!feed.size) await new Promise<void>((resolve) => (feed.onListener = resolve));
    // A listener that another one adds does not get this message, nor does one that another one removes.
    for (const listener of [...feed]) if (feed.has(listener)) callListener(listener, value);
  }
}
