import type { Client } from "../connection/client.js";
import type { ReconnectingClient } from "../reconnect/reconnecting-client.js";

/** A client that a hub can read. */
export type HubClient<In, Out> = Client<In, Out> | ReconnectingClient<In, Out>;
