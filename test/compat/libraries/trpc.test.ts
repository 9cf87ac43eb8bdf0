import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import type { TRPCClient, WebSocketClientOptions } from "@trpc/client";
import { expect, test } from "vitest";
import { Condition } from "../../helpers/condition.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { webSocketClass } from "../class.js";
import { startTrpcServer } from "../servers/trpc.js";
import type { AppRouter } from "../servers/trpc.js";

checkLeaks();

const token = "t0ken";

function open(
  url: string,
  options: Partial<WebSocketClientOptions> = {},
): AsyncDisposable & { readonly trpc: TRPCClient<AppRouter> } {
  // #region setup
  const client = createWSClient({
    url,
    WebSocket: webSocketClass({ headers: { Authorization: `Bearer ${token}` } }),
    // #endregion
    ...options,
    // #region setup
  });
  const trpc = createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
  // #endregion
  return { trpc, [Symbol.asyncDispose]: () => client.close() };
}

test("tRPC gets the answer of a query, with a header in its handshake", async () => {
  await using server = await startTrpcServer();
  await using client = open(server.url);
  expect(await client.trpc.greeting.query()).toBe("hello Bearer t0ken");
});

test("tRPC gets the error of a mutation", async () => {
  await using server = await startTrpcServer();
  await using client = open(server.url);
  await expect(client.trpc.secret.mutate()).rejects.toMatchObject({ data: { code: "FORBIDDEN" } });
});

test("a subscription of tRPC goes on where it was when the server cut the connection", async () => {
  await using server = await startTrpcServer();
  await using client = open(server.url);
  const counts: number[] = [];
  await new Promise<void>((resolve, reject) => {
    client.trpc.count.subscribe(
      {},
      {
        onData: ({ data }) => {
          counts.push(data);
          if (data === 2) server.cut();
        },
        onComplete: resolve,
        onError: reject,
      },
    );
  });
  expect(counts).toEqual([1, 2, 3, 4]);
  expect(server.connections).toHaveLength(2);
});

test.each(["PING", "PONG"] as const)(
  "each side of tRPC answers the pings of the other: the server gets %s",
  async (expected) => {
    await using server = await startTrpcServer();
    let count = 0;
    const changed = new Condition();
    server.wss.on("connection", (socket) => {
      socket.on("message", (data: Buffer) => {
        if (data.toString() === expected) count++;
        changed.notify();
      });
    });
    // A side only sends a ping if it has received nothing for its interval, which is 20 ms for the server.
    const intervalMs = expected === "PING" ? ms(5) : ms(1_000);
    await using client = open(server.url, {
      keepAlive: { enabled: true, intervalMs, pongTimeoutMs: ms(1_000) },
    });
    await changed.until(() => count >= 3);
    expect(await client.trpc.greeting.query()).toContain("hello");
    expect(server.connections).toHaveLength(1);
  },
);

test("tRPC closes an idle connection in its lazy mode", async () => {
  await using server = await startTrpcServer();
  await using client = open(server.url, { lazy: { enabled: true, closeMs: 0 } });
  await client.trpc.greeting.query();
  expect(await server.connections[0]?.closed).toBe(1005);
  expect(await client.trpc.greeting.query()).toContain("hello");
  expect(server.connections).toHaveLength(2);
});
