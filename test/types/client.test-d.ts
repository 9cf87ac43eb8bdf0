// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import {
  BINARY,
  Channel,
  CLOSE_CODES,
  COMPRESSION,
  connect,
  createContext,
  TEXT,
} from "../../src/node.js";
import type {
  Client,
  ClientLike,
  CloseInfo,
  Data,
  ErrorCode,
  ErrorKind,
  Message,
  ReceiveResult,
  WsError,
} from "../../src/node.js";

declare const client: Client;
declare const message: Message;
declare const error: WsError;

// Data that can be sent.
void client.send("text");
void client.send("text", BINARY);
void client.send(new Uint8Array(1), TEXT);
void client.send(new ArrayBuffer(1));
void client.send(new DataView(new ArrayBuffer(1)));
void client.send(Buffer.of(1));
// @ts-expect-error: a number is not data
void client.send(5);
// @ts-expect-error: undefined is not data
void client.send(undefined);
// @ts-expect-error: a Blob is read asynchronously
void client.send(new Blob([]));
// @ts-expect-error: an object is not data
void client.send({ type: "text" });
// @ts-expect-error: no such type
void client.send("x", 3);
// @ts-expect-error: types are numbers
void client.send("x", "text");

// Timeouts and signals of send and flush.
const { signal } = new AbortController();
void client.send("text", { type: BINARY, timeout: "5s", signal });
void client.send("text", {});
void client.flush({ timeout: 5, signal });
// @ts-expect-error: no such type
void client.send("x", { type: 3 });
// @ts-expect-error: only for reconnecting clients
void client.send("x", { ttl: 5 });
// @ts-expect-error: flush has no type
void client.flush({ type: TEXT });

// Ways to receive.
expectTypeOf(client.tryReceive()).toEqualTypeOf<ReceiveResult<Message> | undefined>();
expectTypeOf(client.readable).toEqualTypeOf<ReadableStream<Message>>();
expectTypeOf(client.writable).toEqualTypeOf<WritableStream<Data>>();
for await (const { type } of client.messages({ signal })) expectTypeOf(type).toExtend<string>();
// @ts-expect-error: an iteration has no timeout
client.messages({ timeout: 5 });
// @ts-expect-error: read-only
client.url = "";

// A mock needs no private members, and a `Client` is assignable to the same type.
const mock: ClientLike<string, number> = {
  closed: new Promise(() => {}),
  readable: new ReadableStream(),
  writable: new WritableStream(),
  channel: () => new Channel<string>(),
  receive: async () => ({ ok: true, value: "x" }),
  tryReceive: () => undefined,
  messages: () => new Channel<string>().messages(),
  [Symbol.asyncIterator]: () => new Channel<string>().messages(),
  send: async (data) => expectTypeOf(data).toEqualTypeOf<number>() as unknown as undefined,
  flush: async () => {},
  ping: async () => 1,
  close: async () => ({ code: 1000, reason: "", clean: true, by: "local" }),
  terminate: () => {},
  [Symbol.asyncDispose]: async () => {},
};
expectTypeOf(mock).toExtend<AsyncIterable<string>>();
expectTypeOf(client).toExtend<ClientLike>();
expectTypeOf<Client<string, number>>().toExtend<ClientLike<string, number>>();
// @ts-expect-error: the mock sends other data
mock satisfies ClientLike<string, string>;

// A message's type determines the type of its data, and a switch over it is exhaustive.
switch (message.type) {
  case "text":
    expectTypeOf(message.data).toEqualTypeOf<string>();
    break;
  case "binary":
    expectTypeOf(message.data).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    break;
  default:
    expectTypeOf(message).toBeNever();
}
// @ts-expect-error: no such type
if (message.type === "ping") throw new Error();

// Options.
void connect(new URL("ws://a.test"), {
  headers: new Headers(),
  protocols: "a",
  dialTimeout: "10s",
  readTimeout: 5,
  compression: COMPRESSION.CONTEXT_TAKEOVER,
  backpressure: "buffer",
  policy: async ({ action, url }) => action === "websocket.connect" || url?.host === "a.test",
  node: { family: 4 },
  signal: undefined,
});
void connect("ws://a.test", { compression: "no_context_takeover", protocols: ["a"] as const });
// @ts-expect-error: no such option
void connect("ws://a.test", { timeout: 5 });
// @ts-expect-error: header values are strings
void connect("ws://a.test", { headers: { "X-A": 5 } });
// @ts-expect-error: must be a duration
void connect("ws://a.test", { dialTimeout: true });
// @ts-expect-error: must be a number of bytes
void connect("ws://a.test", { readLimit: "1mb" });
// @ts-expect-error: no such mode
void connect("ws://a.test", { compression: "gzip" });
// @ts-expect-error: no such value
void connect("ws://a.test", { backpressure: "socket" });
// @ts-expect-error: no such option
void connect("ws://a.test", { node: { ca: "x" } });
// @ts-expect-error: a number is not a URL
void connect(5);
// @ts-expect-error: a context has its own option policy
createContext({ defaults: { policy: () => true } });
// @ts-expect-error: no such option
createContext({ polices: [] });

// The end of a connection.
expectTypeOf(client.close(CLOSE_CODES.NORMAL)).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf<CloseInfo["by"]>().toEqualTypeOf<"local" | "peer" | "none">();
expectTypeOf<CloseInfo["error"]>().toEqualTypeOf<WsError | undefined>();
expectTypeOf(client.state).toEqualTypeOf<"open" | "closing" | "closed">();
expectTypeOf(client.backpressure).toEqualTypeOf<"socket" | "stream" | "buffer">();
expectTypeOf(client.ping({ timeout: "1s" })).toEqualTypeOf<Promise<number>>();
// @ts-expect-error: a code must be a number
void client.close("1000");

// Clients and contexts are disposable, even if `lib` does not declare it.
expectTypeOf(client[Symbol.asyncDispose]).toEqualTypeOf<() => Promise<void>>();
expectTypeOf(createContext()[Symbol.asyncDispose]).toEqualTypeOf<() => Promise<void>>();
{
  await using used: Client = client;
  expectTypeOf(used).toEqualTypeOf<Client>();
}

// Records over all codes and over all kinds are exhaustive.
type Codes =
  | "CONNECT_FORBIDDEN"
  | "URL_FORBIDDEN"
  | "NO_CONTEXT"
  | "UNKNOWN_CONNECTION"
  | "INVALID_URL"
  | "INVALID_OPTION"
  | "INVALID_DURATION"
  | "INVALID_MESSAGE"
  | "INVALID_CLOSE"
  | "CHANNEL_CLOSED"
  | "UNSUPPORTED"
  | "DIAL_FAILED"
  | "DIAL_TIMEOUT"
  | "HANDSHAKE_REJECTED"
  | "PROXY_REJECTED"
  | "ABORTED"
  | "READ_TIMEOUT"
  | "WRITE_TIMEOUT"
  | "KEEPALIVE_TIMEOUT"
  | "PING_TIMEOUT"
  | "SEND_TIMEOUT"
  | "FLUSH_TIMEOUT"
  | "RECEIVE_TIMEOUT"
  | "REQUEST_TIMEOUT"
  | "RPC_ERROR"
  | "CHANNEL_TIMEOUT"
  | "MESSAGE_TOO_BIG"
  | "SLOW_CONSUMER"
  | "QUEUE_FULL"
  | "PROTOCOL_ERROR"
  | "CLOSED"
  | "CONNECTION_LOST"
  | "CLOSED_BY_PEER";
expectTypeOf<ErrorCode>().toEqualTypeOf<Codes>();
expectTypeOf(error.code).toEqualTypeOf<Codes>();
expectTypeOf(error.kind).toEqualTypeOf<ErrorKind>();
expectTypeOf(error.retryable).toEqualTypeOf<boolean>();
expectTypeOf(error.cause).toEqualTypeOf<unknown>();
// @ts-expect-error: no such code
if (error.code === "TIMEOUT") throw error;
// @ts-expect-error: read-only
error.code = "CLOSED";
