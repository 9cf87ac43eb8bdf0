// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import { BINARY, connect, createContext, TEXT } from "../../src/node.js";
import type { AnyCodec, Client, Codec, ReceiveChannel, TextMessage } from "../../src/node.js";
import {
  auto,
  compose,
  deflateRaw,
  deflateStream,
  gunzip,
  gzip,
  inflateRaw,
  json,
  unzlib,
  zlib,
  zlibStream,
} from "../../src/codec/node.js";
import type {
  DeflateOptions,
  InflateOptions,
  Inflating,
  StandardSchema,
} from "../../src/codec/node.js";
import type * as browser from "../../src/codec/browser.js";
import type * as node from "../../src/codec/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { Reconnected, ReconnectingClient } from "../../src/reconnect/node.js";

interface Ticker {
  readonly price: number;
}
declare const Ticker: StandardSchema<Ticker>;
declare const inflateOptions: InflateOptions;
declare const deflateOptions: DeflateOptions;
declare const mine: Codec<number, string>;
declare const any: AnyCodec;
const context = createContext();

// Both entries have the same names and types.
expectTypeOf<typeof browser>().toEqualTypeOf<typeof node>();

// Codecs that inflate yield text messages. With `type: "binary"` they may yield both types.
const inflating: readonly Inflating<Pick<InflateOptions, "type">>[] = [
  gunzip,
  unzlib,
  inflateRaw,
  gzip,
  zlib,
  deflateRaw,
  auto,
  zlibStream,
  deflateStream,
];
for (const make of inflating) {
  expectTypeOf(make()).toEqualTypeOf<Codec<TextMessage>>();
  expectTypeOf(make({})).toEqualTypeOf<Codec<TextMessage>>();
  expectTypeOf(make({ type: "text" })).toEqualTypeOf<Codec<TextMessage>>();
  expectTypeOf(make({ type: undefined })).toEqualTypeOf<Codec<TextMessage>>();
  expectTypeOf(make({ type: "binary" })).toEqualTypeOf<Codec>();
}
expectTypeOf(gunzip(inflateOptions)).toEqualTypeOf<Codec>();
expectTypeOf(gzip(deflateOptions)).toEqualTypeOf<Codec>();
expectTypeOf(json()).toEqualTypeOf<Codec<unknown, unknown>>();
expectTypeOf(json({ schema: Ticker })).toEqualTypeOf<Codec<Ticker, unknown>>();
// An explicit type argument is a cast; the context must not infer one.
expectTypeOf(json<Ticker>()).toEqualTypeOf<Codec<Ticker, unknown>>();
expectTypeOf(json<Ticker>({ onInvalid: "skip" })).toEqualTypeOf<Codec<Ticker, unknown>>();

// A client has the types of its codec, whichever function opens it.
expectTypeOf(connect("ws://a.test", { codec: gunzip() })).toEqualTypeOf<
  Promise<Client<TextMessage>>
>();
expectTypeOf(connect("ws://a.test", { codec: gunzip() })).toEqualTypeOf<
  Promise<Client<TextMessage>>
>();
expectTypeOf(connect("ws://a.test", { codec: gzip({ type: "binary" }) })).toEqualTypeOf<
  Promise<Client>
>();
expectTypeOf(connect("ws://a.test", { codec: json() })).toEqualTypeOf<
  Promise<Client<unknown, unknown>>
>();
expectTypeOf(connect("ws://a.test", { codec: zlibStream(), readLimit: 5 })).toEqualTypeOf<
  Promise<Client<TextMessage>>
>();
expectTypeOf(connect("ws://a.test", { codec: mine })).toEqualTypeOf<
  Promise<Client<number, string>>
>();
expectTypeOf(connect("ws://a.test", { codec: any })).toEqualTypeOf<
  Promise<Client<unknown, never>>
>();
expectTypeOf(
  connect("ws://a.test", { codec: compose(gunzip(), json({ schema: Ticker })) }),
).toEqualTypeOf<Promise<Client<Ticker, unknown>>>();
expectTypeOf(context.connect("ws://a.test", { codec: json({ schema: Ticker }) })).toEqualTypeOf<
  Promise<Client<Ticker, unknown>>
>();
expectTypeOf(context.connect("ws://a.test", { codec: auto() })).toEqualTypeOf<
  Promise<Client<TextMessage>>
>();
expectTypeOf(reconnecting("ws://a.test", { codec: auto() })).toEqualTypeOf<
  ReconnectingClient<TextMessage>
>();
expectTypeOf(reconnecting("ws://a.test", { codec: json({ schema: Ticker }) })).toEqualTypeOf<
  ReconnectingClient<Ticker, unknown>
>();
expectTypeOf(reconnecting("ws://a.test", { codec: gunzip(), marker: true })).toEqualTypeOf<
  ReconnectingClient<TextMessage | Reconnected>
>();
expectTypeOf(
  reconnecting("ws://a.test", { codec: json({ schema: Ticker }), marker: true }),
).toEqualTypeOf<ReconnectingClient<Ticker | Reconnected, unknown>>();
// Without a codec the client has its default types.
expectTypeOf(connect("ws://a.test", { codec: undefined })).toEqualTypeOf<Promise<Client>>();
expectTypeOf(connect("ws://a.test", {})).toEqualTypeOf<Promise<Client>>();
expectTypeOf<Client>().toEqualTypeOf<Client>();

// Received values.
const tickers = await connect("ws://a.test", { codec: compose(gzip(), json({ schema: Ticker })) });
expectTypeOf(tickers.channel()).toEqualTypeOf<ReceiveChannel<Ticker>>();
const received = await tickers.receive();
if (received.ok) expectTypeOf(received.value).toEqualTypeOf<Ticker>();
for await (const ticker of tickers) expectTypeOf(ticker.price).toEqualTypeOf<number>();

// Data that can be sent.
const texts = await connect("ws://a.test", { codec: gzip() });
void texts.send("text", BINARY);
void texts.send(new Uint8Array(1), TEXT);
void texts.send(new ArrayBuffer(1));
void tickers.send({ subscribe: "all" });
void tickers.send(null);
// @ts-expect-error: an object is not data without json
void texts.send({ subscribe: "all" });
// @ts-expect-error: nor for a reconnecting client
void reconnecting("ws://a.test", { codec: gzip() }).send({ subscribe: "all" });
const strings = await connect("ws://a.test", { codec: mine });
void strings.send("text");
// @ts-expect-error: the codec encodes strings
void strings.send(5);
const opaque = await connect("ws://a.test", { codec: any });
// @ts-expect-error: the codec's encoded type is unknown
void opaque.send("text");

// The outer codec must yield messages; the inner one decodes them into values.
expectTypeOf(compose(gunzip(), gunzip())).toEqualTypeOf<Codec<TextMessage>>();
expectTypeOf(compose(zlibStream({ type: "binary" }), mine)).toEqualTypeOf<typeof mine>();
// @ts-expect-error: json does not yield messages
compose(json(), gzip());
// @ts-expect-error: not even with a schema
compose(json({ schema: Ticker }), json());
// @ts-expect-error: a codec of numbers does not yield messages
compose(mine, gzip());

// Options.
gzip({ threshold: 0, level: 9, onInvalid: "skip" });
zlib({
  level: undefined,
  onInvalid: (error) => (error.code === "INVALID_MESSAGE" ? "skip" : "close"),
});
auto({ pin: false });
deflateStream({ boundary: "message" });
// @ts-expect-error: a codec that only inflates has no level
gunzip({ level: 6 });
// @ts-expect-error: levels are 0 to 9
gzip({ level: 10 });
// @ts-expect-error: no such type
gunzip({ type: "blob" });
// @ts-expect-error: must be close or skip
gunzip({ onInvalid: "ignore" });
// @ts-expect-error: the callback must be synchronous
gunzip({ onInvalid: async () => "skip" });
// @ts-expect-error: a shared stream cannot skip an invalid message
zlibStream({ onInvalid: "skip" });
// @ts-expect-error: no such boundary
zlibStream({ boundary: "frame" });
// @ts-expect-error: only auto pins
gunzip({ pin: true });
// @ts-expect-error: the schema has no ~standard
json({ schema: { parse: () => 1 } });
// @ts-expect-error: gunzip must be called
void connect("ws://a.test", { codec: gunzip });
// @ts-expect-error: the codec has no decoder
void connect("ws://a.test", { codec: { name: "mine" } });
// @ts-expect-error: a default codec would not be in the client's type
createContext({ defaults: { codec: gunzip() } });
