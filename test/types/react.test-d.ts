// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import { json } from "../../src/codec/node.js";
import type { Client, Data, Message, WsError } from "../../src/node.js";
import { useLatest, useMessages, useReconnecting } from "../../src/react/node.js";
import type { ReconnectingState } from "../../src/react/node.js";
import type { Reconnected, ReconnectingClient, Status } from "../../src/reconnect/node.js";

interface Tick {
  readonly symbol: string;
  readonly price: number;
}

const plain = useReconnecting("ws://a.test");
expectTypeOf(plain).toEqualTypeOf<ReconnectingState>();
expectTypeOf(plain.client).toEqualTypeOf<ReconnectingClient | null>();
expectTypeOf(plain.state).toEqualTypeOf<Status>();
expectTypeOf(plain.lastError).toEqualTypeOf<WsError | undefined>();
expectTypeOf(plain.send).toBeCallableWith("text", { key: "a", ttl: "1s" });
expectTypeOf(plain.send).parameter(0).toEqualTypeOf<Data>();

// A URL may be missing, an object, or a function that is called for each attempt.
useReconnecting(null);
useReconnecting(new URL("ws://a.test"), { dialTimeout: "1s" });
useReconnecting(async ({ attempt }) => `ws://a.test/${attempt}`);

// The codec and the marker determine the types of the messages.
const ticks = useReconnecting("ws://a.test", { codec: json<Tick>() });
expectTypeOf(ticks.client).toEqualTypeOf<ReconnectingClient<Tick, unknown> | null>();
expectTypeOf(ticks.send).parameter(0).toEqualTypeOf<unknown>();
const marked = useReconnecting("ws://a.test", { marker: true });
expectTypeOf(marked.client).toEqualTypeOf<ReconnectingClient<Message | Reconnected> | null>();
useReconnecting("ws://a.test", {
  codec: json<Tick>(),
  onConnect: (client) => expectTypeOf(client).toEqualTypeOf<Client<Tick, unknown>>(),
});

useMessages(plain.client, (message) => expectTypeOf(message).toEqualTypeOf<Message>());
useMessages(ticks.client, (tick) => expectTypeOf(tick).toEqualTypeOf<Tick>());
useMessages(marked.client, (message) => {
  expectTypeOf(message).toEqualTypeOf<Message | Reconnected>();
});
useMessages(null, () => {});
declare const client: Client<Tick> | undefined;
useMessages(client, (tick) => expectTypeOf(tick).toEqualTypeOf<Tick>());

expectTypeOf(useLatest(plain.client)).toEqualTypeOf<Message | undefined>();
expectTypeOf(useLatest(client)).toEqualTypeOf<Tick | undefined>();
expectTypeOf(useLatest(ticks.client, ({ price }) => price)).toEqualTypeOf<number | undefined>();
const selectPrice = ({ price }: Tick): number => price;
const selected = useLatest(ticks.client, (tick) => (tick.price > 0 ? tick.symbol : undefined));
expectTypeOf(selected).toEqualTypeOf<string | undefined>();
useLatest(
  ticks.client,
  (tick) => ({ price: tick.price }),
  (a, b) => a.price === b.price,
);

// @ts-expect-error: `undefined` may be a mistake; `null` says that there is no connection
useReconnecting(undefined);
// @ts-expect-error: not an option
useReconnecting("ws://a.test", { dialTimout: "1s" });
// @ts-expect-error: a number is not data
void plain.send(1);
// @ts-expect-error: not a client
useMessages({}, () => {});
// @ts-expect-error: the messages are no strings
useMessages(ticks.client, (message: string) => message);
// @ts-expect-error: compares values of another type
useLatest(ticks.client, selectPrice, (a: string, b: string) => a === b);
