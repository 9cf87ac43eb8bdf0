// Subscriptions of GraphQL by the package graphql-ws, over the WebSocket class of wschan.
import { createClient } from "graphql-ws";
import type { Client } from "graphql-ws";
import { webSocketClass } from "wschan/compat";

/** Creates a client of graphql-ws. It asks for a token before each connection. */
export function createGraphqlClient(url: string, getToken: () => Promise<string>): Client {
  return createClient({
    url,
    webSocketImpl: webSocketClass({ dialTimeout: "10s", readLimit: 1_048_576 }),
    connectionParams: async () => ({ authorization: `Bearer ${await getToken()}` }),
    // graphql-ws pings after this many milliseconds, by a message of its protocol.
    keepAlive: 20_000,
    retryAttempts: Infinity,
  });
}

/** Yields the results of a subscription. Throws if a result has errors. */
export async function* subscribe<T>(
  client: Client,
  query: string,
  variables?: Record<string, unknown>,
): AsyncGenerator<T> {
  for await (const { data, errors } of client.iterate<T>({ query, variables })) {
    if (errors) throw new AggregateError(errors, "the subscription has failed");
    if (data) yield data;
  }
}
