// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import type {
  Client,
  ClientLike,
  CloseInfo,
  Data,
  Message,
  ReceiveChannel,
  ReceiveResult,
  WsError,
} from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type {
  Reconnected,
  ReconnectingClient,
  ReconnectOptions,
  Status,
} from "../../src/reconnect/node.js";

const client = reconnecting("ws://a.test");
expectTypeOf(client).toEqualTypeOf<ReconnectingClient>();
expectTypeOf(client.channel()).toEqualTypeOf<ReceiveChannel<Message>>();
expectTypeOf(client.closed).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf(client.close()).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf(client.connection).toEqualTypeOf<Client | undefined>();

// Markers are in the type only with option `marker`.
const marked = reconnecting("ws://a.test", { marker: true });
expectTypeOf(marked.channel()).toEqualTypeOf<ReceiveChannel<Message | Reconnected>>();
declare const options: ReconnectOptions;
expectTypeOf(reconnecting("ws://a.test", options)).toEqualTypeOf<
  ReconnectingClient<Message | Reconnected>
>();
for await (const message of marked) {
  if (message.type === "reconnected") expectTypeOf(message.gap).toEqualTypeOf<number>();
  else expectTypeOf(message).toEqualTypeOf<Message>();
}

// The status's type determines its members, and a switch over it is exhaustive.
declare const status: Status;
switch (status.type) {
  case "connecting":
    expectTypeOf(status.attempt).toEqualTypeOf<number>();
    break;
  case "open":
    expectTypeOf(status.duration).toEqualTypeOf<number>();
    break;
  case "waiting":
    expectTypeOf(status.error).toEqualTypeOf<WsError>();
    break;
  case "suspended":
    expectTypeOf(status).toEqualTypeOf<{ readonly type: "suspended" }>();
    break;
  case "closed":
    expectTypeOf(status.error).toEqualTypeOf<WsError | undefined>();
    break;
  default:
    expectTypeOf(status).toBeNever();
}

// Options that can be functions.
reconnecting(() => new URL("ws://a.test"), {
  headers: async ({ attempt, lastError, signal }) => ({
    Authorization: `${attempt} ${lastError?.code ?? ""} ${String(signal.aborted)}`,
  }),
  protocols: () => ["a"],
});
// @ts-expect-error: other options cannot be functions
reconnecting("ws://a.test", { dialTimeout: () => 5 });
// @ts-expect-error: a number is not a URL
reconnecting(() => 5);
// @ts-expect-error: no such option
reconnecting("ws://a.test", { retries: 5 });
// @ts-expect-error: no such value
reconnecting("ws://a.test", { queue: { whenFull: "block" } });
// @ts-expect-error: the callback must be synchronous
reconnecting("ws://a.test", { shouldRetry: async () => true });
reconnecting("ws://a.test", {
  keepAlive: false,
  shouldRetry: (error, attempt) => (error.details.status === 401 ? attempt < 2 : undefined),
  onConnect: async (connection, { attempt, resumed }) => {
    expectTypeOf(connection).toEqualTypeOf<Client>();
    await connection.send(`${attempt} ${String(resumed)}`);
  },
});

void client.send("x", 2);
void client.send(new Uint8Array(1), { type: 2, ttl: "5s", key: "k", retry: true });
void client.send("x", { timeout: "1s", signal: new AbortController().signal });
void client.flush({ timeout: 0 });
expectTypeOf(client.tryReceive()).toEqualTypeOf<ReceiveResult<Message> | undefined>();
expectTypeOf(client.readable).toEqualTypeOf<ReadableStream<Message>>();
expectTypeOf(client.writable).toEqualTypeOf<WritableStream<Data>>();
expectTypeOf(client.messages()).toEqualTypeOf<AsyncIterableIterator<Message, undefined>>();
expectTypeOf(client).toExtend<ClientLike>();
// @ts-expect-error: no such option
void client.send("x", { deadline: 5 });
// @ts-expect-error: only the client adds to the queue
expectTypeOf(client.queue.add);
// @ts-expect-error: read-only
client.queue.length = 0;
{
  await using used: ReconnectingClient = client;
  expectTypeOf(used).toEqualTypeOf<ReconnectingClient>();
}
