// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import { ReconnectingWebSocket, WebSocket, webSocketClass } from "../../src/compat/node.js";
import type {
  SocketCloseEvent,
  SocketErrorEvent,
  WebSocketConstructor,
} from "../../src/compat/node.js";
import { createContext } from "../../src/node.js";
import type { Client, WsError } from "../../src/node.js";
import type { ReconnectingClient } from "../../src/reconnect/node.js";

const socket = new WebSocket("wss://a.test", ["a", "b"], {
  headers: { a: "b" },
  dialTimeout: "5s",
});
expectTypeOf(socket.client).toEqualTypeOf<Client | undefined>();
expectTypeOf(socket.readyState).toEqualTypeOf<0 | 1 | 2 | 3>();
expectTypeOf(WebSocket.OPEN).toEqualTypeOf<1>();

// Events have types by name, in attributes and listeners.
socket.onerror = (event) => expectTypeOf(event.error).toEqualTypeOf<WsError>();
socket.addEventListener("close", (event) => expectTypeOf(event).toEqualTypeOf<SocketCloseEvent>());
socket.addEventListener("error", {
  handleEvent: (event) => expectTypeOf(event).toEqualTypeOf<SocketErrorEvent>(),
});
socket.addEventListener("open", () => {}, { once: true, signal: new AbortController().signal });
socket.addEventListener("mine", (event) => expectTypeOf(event).toEqualTypeOf<Event>());
socket.onmessage = ({ data }) => {
  expectTypeOf(data).toEqualTypeOf<string | ArrayBuffer | Blob>();
  // @ts-expect-error: the data may be binary
  JSON.parse(data);
};
socket.onmessage = null;
// Handlers that were written for the platform's class.
socket.onmessage = (event: MessageEvent) => expectTypeOf(event.data).toBeAny();
socket.addEventListener("message", (event: MessageEvent) => event.lastEventId);
socket.onclose = (event: CloseEvent) => event.wasClean;

// @ts-expect-error: codecs do not apply to events
new WebSocket("wss://a.test", [], { codec: { name: "x" } });
// @ts-expect-error: an unknown option
new WebSocket("wss://a.test", [], { dialTimeOut: 1 });
// @ts-expect-error: not a value of binaryType
socket.binaryType = "nodebuffer";

// The classes can be passed where TypeScript's own `WebSocket` is expected, also without a cast.
declare function takesClass(Class: typeof globalThis.WebSocket): void;
declare function takesConstructor(
  Class: new (url: string, protocols?: string | string[]) => globalThis.WebSocket,
): void;
takesClass(WebSocket);
takesClass(webSocketClass({ context: createContext() }));
takesConstructor(WebSocket);
expectTypeOf(webSocketClass({})).toEqualTypeOf<WebSocketConstructor>();
class Mine extends WebSocket {}
takesConstructor(Mine);

const again = new ReconnectingWebSocket(
  async () => "wss://a.test",
  () => null,
  { backoff: { min: 100 }, onConnect: (client) => client.send("hello") },
);
new ReconnectingWebSocket("wss://a.test", null);
expectTypeOf(again.client).toEqualTypeOf<ReconnectingClient>();
expectTypeOf<Parameters<(typeof again)["reconnect"]>>().toEqualTypeOf<
  [code?: number | undefined, reason?: string | undefined]
>();
// @ts-expect-error: the events have plain messages
new ReconnectingWebSocket("wss://a.test", null, { codec: { name: "x" } });
// @ts-expect-error: an unknown option
new ReconnectingWebSocket("wss://a.test", null, { maxRetries: 3 });
