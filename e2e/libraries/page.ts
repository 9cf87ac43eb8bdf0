// The program of a page: runs a library over the class of the built package. A test calls `runs[name]` with the URL of
// a server. The set-ups are those of docs/guide/libraries.md. Where those pass headers or pings, this file passes `WebSocket`,
// because browsers cannot send either.
import { HttpTransportType, HubConnectionBuilder } from "@microsoft/signalr";
import { Client } from "@stomp/stompjs";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { Centrifuge } from "centrifuge";
import { createClient } from "graphql-ws";
import mqtt from "mqtt";
import { WebSocket as PartySocket } from "partysocket";
import { Socket } from "phoenix";
import ReconnectingWebSocket from "reconnecting-websocket";
import { retry } from "rxjs";
import { webSocket } from "rxjs/webSocket";
import { io, WebSocket as WebSocketTransport } from "socket.io-client";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import * as built from "../../dist/compat/browser.mjs";
import type { AppRouter } from "../../test/compat/servers/trpc.js";

/** All sockets that libraries have constructed. */
const sockets: { readonly readyState: number }[] = [];

/** The class under the libraries. */
class WebSocket extends built.WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    sockets.push(this);
  }
}

/** Starts a client, and passes what it receives to `receive`. */
type Run = (url: string, receive: (value: unknown) => void) => void | Promise<void>;

const runs = {
  async "graphql-ws"(url, receive) {
    const client = createClient({ url, webSocketImpl: WebSocket, retryWait: async () => {} });
    const counts = client.iterate<{ count: number }>({ query: "subscription { count }" });
    for await (const { data } of counts) receive(data?.count);
  },

  mqtt(url, receive) {
    const client = mqtt.connect(url, {
      createWebsocket: (url, protocols) => new WebSocket(url, protocols),
      reconnectPeriod: 10,
    });
    client.subscribe("news", { qos: 1 });
    client.on("connect", () => client.publish("news", "hello", { qos: 1 }));
    client.on("message", (_, payload) => receive(payload.toString()));
  },

  "y-websocket"(url, receive) {
    const doc = new Y.Doc();
    doc.getText().observe((event) => receive(event.target.toJSON()));
    new WebsocketProvider(url, "room", doc, { WebSocketPolyfill: WebSocket });
  },

  rxjs(url, receive) {
    const subject = webSocket({ url, WebSocketCtor: WebSocket });
    subject.pipe(retry({ delay: () => [0] })).subscribe(receive);
  },

  async "@microsoft/signalr"(url, receive) {
    const options = { WebSocket, transport: HttpTransportType.WebSockets, skipNegotiation: true };
    const connection = new HubConnectionBuilder()
      .withUrl(url, options)
      .withAutomaticReconnect()
      .build();
    const add = async (): Promise<void> => receive(await connection.invoke("add", 1, 2));
    connection.onreconnected(add);
    await connection.start();
    await add();
  },

  phoenix(url, receive) {
    const socket = new Socket(url, { transport: WebSocket });
    socket.connect();
    socket.channel("room").join().receive("ok", receive);
  },

  centrifuge(url, receive) {
    const client = new Centrifuge(url, { websocket: WebSocket, minReconnectDelay: 10 });
    client.connect();
    const subscription = client.newSubscription("news");
    subscription.on("publication", ({ data }) => receive(data));
    subscription.on("subscribed", () => void subscription.publish("hello"));
    subscription.subscribe();
  },

  "@stomp/stompjs"(url, receive) {
    const client = new Client({
      webSocketFactory: () => new WebSocket(url, ["v12.stomp"]),
      connectHeaders: { login: "guest", passcode: "guest" },
      reconnectDelay: 10,
    });
    client.onConnect = () => {
      client.subscribe("/topic/news", ({ body }) => receive(body));
      client.publish({ destination: "/topic/news", body: "hello" });
    };
    client.activate();
  },

  "socket.io-client"(url, receive) {
    class Transport extends WebSocketTransport {
      override createSocket(url: string) {
        const socket = new WebSocket(url);
        socket.binaryType = "arraybuffer";
        return socket;
      }
    }
    const socket = io(url, { transports: [Transport], reconnectionDelay: 10 });
    socket.on("connect", async () => receive(await socket.emitWithAck("echo", "hello")));
  },

  "@trpc/client"(url, receive) {
    const client = createWSClient({ url, WebSocket });
    const trpc = createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
    trpc.count.subscribe({}, { onData: ({ data }) => receive(data) });
  },

  partysocket(url, receive) {
    const socket = new PartySocket(url, [], { WebSocket, minReconnectionDelay: 10 });
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => receive(data);
  },

  "reconnecting-websocket"(url, receive) {
    const socket = new ReconnectingWebSocket(url, [], { WebSocket, minReconnectionDelay: 10 });
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => receive(data);
  },

  ReconnectingWebSocket(url, receive) {
    const socket = new built.ReconnectingWebSocket(url, [], { backoff: { min: 10 } });
    sockets.push(socket);
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => receive(data);
  },
} satisfies Record<string, Run>;

/** The libraries that a page can run, and `ReconnectingWebSocket` of the built package itself. */
export type LibraryName = keyof typeof runs;

Object.assign(globalThis, {
  runs,
  /** Returns the states of all sockets so far, oldest first. */
  states: () => sockets.map(({ readyState }) => readyState),
});
