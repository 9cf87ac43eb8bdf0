import { Hub } from "./hub.js";
import type { HubClient } from "./hub-client.js";
import { sourceOf } from "./source.js";

/** The open hub of each client that has one. */
const hubs = /* @__PURE__ */ new WeakMap<object, unknown>();

/**
 * Creates the hub of a client, so that any number of consumers can read it. A client has one hub: while it is open,
 * another call returns the same one.
 *
 * Throws `INVALID_OPTION` if `client` is none.
 *
 * @param client A client of `connect` or of `reconnecting`, with any codec.
 */
export function createHub<In, Out>(client: HubClient<In, Out>): Hub<In, Out> {
  const source = sourceOf(client);
  const open = hubs.get(client) as Hub<In, Out> | undefined;
  if (open) return open;
  const hub = new Hub(client, source, () => hubs.delete(client));
  hubs.set(client, hub);
  return hub;
}

/** True if a client has an open hub. */
export function hasHub(client: object): boolean {
  return hubs.has(client);
}
