import { createClient } from "graphql-ws";
import type { Client, ClientOptions } from "graphql-ws";
import { expect, test } from "vitest";
import { Condition } from "../../helpers/condition.js";
import { startFaultProxy } from "../../helpers/fault-proxy.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { webSocketClass } from "../class.js";
import { startGraphqlServer } from "../servers/graphql.js";

checkLeaks();

const token = "t0ken";

function open(url: string, on: ClientOptions["on"] = {}): Client & AsyncDisposable {
  const keepAlive = ms(20);
  const retryWait = async () => {};
  // #region setup
  const client = createClient({
    url,
    webSocketImpl: webSocketClass({ headers: { Authorization: `Bearer ${token}` } }),
    // #endregion
    on,
    keepAlive,
    retryWait,
    // #region setup
  });
  // #endregion
  return { ...client, [Symbol.asyncDispose]: async () => client.dispose() };
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

test("graphql-ws gets the answer of a query, with a header in its handshake", async () => {
  await using server = await startGraphqlServer(ms(20));
  await using client = open(server.url);
  const answers = await collect(client.iterate({ query: "{ greeting }" }));
  expect(answers).toEqual([{ data: { greeting: "hello" } }]);
  expect(server.connections[0]?.request.headers).toMatchObject({
    authorization: "Bearer t0ken",
    "sec-websocket-protocol": "graphql-transport-ws",
  });
});

test("a subscription of graphql-ws delivers, also after the server has cut the connection", async () => {
  await using server = await startGraphqlServer(ms(20));
  const retries: boolean[] = [];
  await using client = open(server.url, { connected: (_, __, isRetry) => retries.push(isRetry) });
  const counts: unknown[] = [];
  for await (const { data } of client.iterate<{ count: number }>({
    query: "subscription { count }",
  })) {
    counts.push(data?.count);
    if (counts.length === 2) {
      server.cut();
      server.finish();
    }
  }
  // The new connection subscribes again, and the server counts from 1.
  expect(counts).toEqual([1, 2, 1, 2, 3]);
  expect(retries).toEqual([false, true]);
});

test("the keep-alives of graphql-ws and of its server keep an idle connection open", async () => {
  await using server = await startGraphqlServer(ms(20));
  const changed = new Condition();
  let pongsOfServer = 0;
  let pongsOfClient = 0;
  server.wss.on("connection", (socket) => {
    socket.on("pong", () => {
      pongsOfClient++;
      changed.notify();
    });
  });
  await using client = open(server.url, {
    pong: () => {
      pongsOfServer++;
      changed.notify();
    },
  });
  const counts = client.iterate({ query: "subscription { count }" });
  await counts.next();
  await changed.until(() => pongsOfServer >= 3 && pongsOfClient >= 3);
  server.finish();
  expect(await collect(counts)).toHaveLength(2);
  expect(server.connections).toHaveLength(1);
});

test("keepAlive of the class ends a half-open connection, and graphql-ws subscribes again", async () => {
  await using server = await startGraphqlServer(ms(20));
  await using proxy = await startFaultProxy(server.url);
  const closes: CloseEvent[] = [];
  const client = createClient({
    url: proxy.url,
    webSocketImpl: webSocketClass({ keepAlive: { interval: ms(50), timeout: ms(50) } }),
    shouldRetry: () => true,
    retryWait: async () => {},
    on: { closed: (event) => closes.push(event as CloseEvent) },
  });
  const counts = client.iterate<{ count: number }>({ query: "subscription { count }" });
  expect((await counts.next()).value).toMatchObject({ data: { count: 1 } });
  expect((await counts.next()).value).toMatchObject({ data: { count: 2 } });
  (await proxy.connection()).silence();
  server.finish();
  expect((await counts.next()).value).toMatchObject({ data: { count: 1 } });
  expect(closes).toMatchObject([{ code: 1006, wasClean: false }]);
  await collect(counts);
  await client.dispose();
});
