// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import { after, Channel, connect, errors, ReceiveChannel, select, ticker } from "wschan";
import websocket from "wschan";
import type { Client, CloseInfo, ErrorCode, Message, WsError } from "wschan";

declare const client: Client;
declare const message: Message;
declare const error: unknown;

expectTypeOf(websocket.connect).toEqualTypeOf(connect);
expectTypeOf<ReturnType<typeof connect>>().toEqualTypeOf<Promise<Client>>();
expectTypeOf(client.closed).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf(client.channel()).toEqualTypeOf<ReceiveChannel<Message>>();

// @ts-expect-error: no such option
await connect("ws://host", { dial_timeout: 1 });
// @ts-expect-error: no such mode
await connect("ws://host", { compression: 3 });
// @ts-expect-error: neither text nor bytes
await client.send(1);
// @ts-expect-error: read-only
client.state = "closed";

// A message's type determines the type of its data.
if (message.type === "text") expectTypeOf(message.data).toEqualTypeOf<string>();
else expectTypeOf(message.data).toEqualTypeOf<Uint8Array<ArrayBuffer>>();

// A ReceiveChannel can neither send nor close, and cannot be constructed.
for (const half of [client.channel(), after(1), ticker(1).channel]) {
  expectTypeOf(half).not.toHaveProperty("send");
  expectTypeOf(half).not.toHaveProperty("trySend");
  expectTypeOf(half).not.toHaveProperty("caseSend");
  expectTypeOf(half).not.toHaveProperty("close");
}
expectTypeOf(client.channel()).not.toExtend<Channel<Message>>();
// @ts-expect-error: only clients and timers create it
new ReceiveChannel({});
// @ts-expect-error: the channel carries strings
await new Channel<string>().send(1);

const received = await client.receive();
if (received.ok) expectTypeOf(received.value).toEqualTypeOf<Message>();
else expectTypeOf(received.value).toEqualTypeOf<undefined>();

// The index of a select narrows its result to the executed case.
const strings = new Channel<string>();
const result = await select([
  client.channel().caseReceive(),
  strings.caseSend("a"),
  after(1).caseReceive(),
]);
expectTypeOf(result.index).toEqualTypeOf<0 | 1 | 2>();
if (result.index === 0 && result.ok) expectTypeOf(result.value).toEqualTypeOf<Message>();
if (result.index === 1) expectTypeOf(result.channel).toEqualTypeOf(strings);
if (result.index === 2 && result.ok) expectTypeOf(result.value).toEqualTypeOf<Date>();
const polled = await select([after(1).caseReceive()], { default: true });
expectTypeOf(polled.index).toEqualTypeOf<0 | -1>();

if (errors.is(error, errors.TIMEOUT)) {
  expectTypeOf(error).toExtend<WsError>();
  expectTypeOf(error.kind).toEqualTypeOf<"TIMEOUT">();
  expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
}
declare const failure: WsError;
if (!errors.is(failure, errors.TIMEOUT)) expectTypeOf(failure).toEqualTypeOf<WsError>();
// @ts-expect-error: no such kind
errors.is(error, "TOO_LATE");
