import {
  execute,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  subscribe,
  validate,
} from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { Condition } from "../../helpers/condition.js";
import { startWsServer } from "./ws-server.js";
import type { WsServer } from "./ws-server.js";

/**
 * A server with the subscription `count` from 1 to 3. It yields 3 only after `finish` was called. It sends a ping each
 * `pingInterval` milliseconds, and ends a connection that has not answered within this time.
 */
export async function startGraphqlServer(
  pingInterval: number,
): Promise<WsServer & { finish(): void }> {
  let isFinishing = false;
  const changed = new Condition();
  async function* count(): AsyncGenerator<{ count: number }> {
    for (const n of [1, 2, 3]) {
      await changed.until(() => n < 3 || isFinishing);
      yield { count: n };
    }
  }
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: { greeting: { type: GraphQLString, resolve: () => "hello" } },
    }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: { count: { type: GraphQLInt, subscribe: count } },
    }),
  });
  const server = await startWsServer({
    attach: (wss) => {
      // With its own functions, graphql-ws would reject the schema: it imports the CommonJS copy of `graphql`.
      useServer({ schema, execute, subscribe, validate }, wss, pingInterval);
    },
  });
  const finish = (): void => {
    isFinishing = true;
    changed.notify();
  };
  return Object.assign(server, { finish });
}
