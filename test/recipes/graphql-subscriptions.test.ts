import { once } from "node:events";
import { expect, test } from "vitest";
import { createGraphqlClient, subscribe } from "../../examples/recipes/graphql-subscriptions.js";
import { startGraphqlServer } from "../compat/servers/graphql.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";

checkLeaks();

test("asks for a token before each connection, and continues after the connection was cut", async () => {
  await using server = await startGraphqlServer(ms(1_000));
  const inits: unknown[] = [];
  server.wss.on("connection", async (socket) => {
    const [data] = (await once(socket, "message")) as [Buffer];
    inits.push(JSON.parse(data.toString()));
  });
  let tokens = 0;
  const client = createGraphqlClient(server.url, async () => `t${++tokens}`);
  const counts: number[] = [];
  for await (const { count } of subscribe<{ count: number }>(client, "subscription { count }")) {
    counts.push(count);
    if (counts.length === 2) {
      server.cut();
      server.finish();
    }
  }
  expect(counts).toEqual([1, 2, 1, 2, 3]);
  expect(inits).toEqual([
    { type: "connection_init", payload: { authorization: "Bearer t1" } },
    { type: "connection_init", payload: { authorization: "Bearer t2" } },
  ]);
  await client.dispose();
});

test("throws the errors of a subscription that the server rejects", async () => {
  await using server = await startGraphqlServer(ms(1_000));
  const client = createGraphqlClient(server.url, async () => "t");
  const [error] = await subscribe(client, "subscription { unknown }")
    .next()
    .then(
      () => [],
      (reason: unknown) => reason as Error[],
    );
  expect(error?.message).toContain("Cannot query field");
  await client.dispose();
});
