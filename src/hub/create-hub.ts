import { Inbox } from "../connection/inbox.js";
import { invalid } from "../errors/validation.js";
import { Hub } from "./hub.js";
import type { HubClient } from "./hub-client.js";

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
  if (!((client as Partial<typeof client> | undefined)?.source?.inbox instanceof Inbox)) {
    throw invalid("createHub: client", "a client of connect or reconnecting", client);
  }
  const open = hubs.get(client) as Hub<In, Out> | undefined;
  if (open) return open;
  const hub = new Hub(client, () => hubs.delete(client));
  hubs.set(client, hub);
  return hub;
}
