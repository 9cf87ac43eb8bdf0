// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import { json } from "../../src/codec/node.js";
import { createHub, jsonRpc, rpcError } from "../../src/hub/node.js";
import type { Hub, JsonRpc, Subscription } from "../../src/hub/node.js";
import { connect } from "../../src/node.js";
import type { Message, ReceiveChannel, TextMessage, WsError } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { Reconnected } from "../../src/reconnect/node.js";

const client = await connect("wss://a.test");
const hub = createHub(client);
expectTypeOf(hub).toEqualTypeOf<Hub>();
expectTypeOf(hub.subscribe()).toEqualTypeOf<Subscription<Message>>();
expectTypeOf(hub.subscribe(({ type }) => type === "text")).toEqualTypeOf<Subscription<Message>>();
const isText = (message: Message): message is TextMessage => message.type === "text";
expectTypeOf(hub.subscribe(isText)).toEqualTypeOf<Subscription<TextMessage>>();
expectTypeOf(hub.subscribe(undefined, { capacity: 5, whenFull: "drop-oldest" })).toExtend<
  ReceiveChannel<Message>
>();
expectTypeOf(hub.request("q", { match: isText })).toEqualTypeOf<Promise<TextMessage>>();
expectTypeOf(hub.request("q", { match: () => true, share: true, timeout: "1s" })).toEqualTypeOf<
  Promise<Message>
>();
expectTypeOf(hub.unclaimed).toEqualTypeOf<Subscription<Message>>();

interface Item {
  readonly id: number;
}
const items = createHub(reconnecting("wss://a.test", { codec: json<Item>() }));
expectTypeOf(items.subscribe()).toEqualTypeOf<Subscription<Item>>();
const marked = createHub(reconnecting("wss://a.test", { marker: true }));
expectTypeOf(marked).toEqualTypeOf<Hub<Message | Reconnected>>();

// @ts-expect-error: not a choice
hub.subscribe(undefined, { whenFull: "block" });
// @ts-expect-error: the options are the second argument
hub.subscribe({ capacity: 5 });
// @ts-expect-error: without match there is no reply
void hub.request("q", { timeout: 5 });
// @ts-expect-error: a client without a codec sends text and bytes
void hub.request({ id: 1 }, { match: () => true });
// @ts-expect-error: not a client
createHub("wss://a.test");

interface Methods {
  add(a: number, b: number): number;
  greet(params: { name: string }): Promise<string>;
  list(): string[];
  find(id?: number): string;
}

interface Events {
  tick: { n: number };
}

const rpc = jsonRpc<Methods, Events>(client);
expectTypeOf(rpc).toEqualTypeOf<JsonRpc<Methods, Events>>();
expectTypeOf(jsonRpc<Methods, Events>(hub)).toEqualTypeOf<JsonRpc<Methods, Events>>();
jsonRpc(items);
jsonRpc(reconnecting("wss://a.test"));
expectTypeOf(rpc.call("add", [1, 2])).toEqualTypeOf<Promise<number>>();
expectTypeOf(rpc.call("greet", { name: "Ada" })).toEqualTypeOf<Promise<string>>();
expectTypeOf(rpc.call("greet", [{ name: "Ada" }])).toEqualTypeOf<Promise<string>>();
expectTypeOf(rpc.call("list")).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(rpc.call("find")).toEqualTypeOf<Promise<string>>();
expectTypeOf(rpc.call("find", [5], { timeout: "1s", retry: true })).toEqualTypeOf<
  Promise<string>
>();
expectTypeOf(rpc.on("tick")).toEqualTypeOf<Subscription<{ n: number }>>();
expectTypeOf(rpc.notify("add", [1, 2])).toEqualTypeOf<Promise<void>>();
expectTypeOf(
  rpc.batch([
    { method: "add", params: [1, 2] },
    { method: "list" },
    { method: "list", notify: true },
  ]),
).toEqualTypeOf<
  Promise<
    [PromiseSettledResult<number>, PromiseSettledResult<string[]>, PromiseSettledResult<undefined>]
  >
>();
expectTypeOf(rpc.handle("double", (n: number) => 2 * n)).toEqualTypeOf<() => void>();
expectTypeOf(rpcError(1, "no")).toEqualTypeOf<WsError>();

// @ts-expect-error: not a method
void rpc.call("sub", [1, 2]);
// @ts-expect-error: a parameter is missing
void rpc.call("add", [1]);
// @ts-expect-error: no parameters
void rpc.call("add");
// @ts-expect-error: two parameters have no names
void rpc.call("add", { a: 1, b: 2 });
// @ts-expect-error: a parameter has another type
void rpc.call("greet", { name: 5 });
// @ts-expect-error: not an event
rpc.on("tock");
// @ts-expect-error: not a method
void rpc.batch([{ method: "sub" }]);
// @ts-expect-error: a method is a function
jsonRpc<{ version: number }>(client);

const untyped = jsonRpc(client);
expectTypeOf(untyped.call("any", [1, "a"])).toEqualTypeOf<Promise<unknown>>();
expectTypeOf(untyped.call("any", { a: 1 })).toEqualTypeOf<Promise<unknown>>();
expectTypeOf(untyped.on("any")).toEqualTypeOf<Subscription<unknown>>();
