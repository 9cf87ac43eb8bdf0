import { createContext } from "../node.js";
import { nodeCloseEvent } from "./node-close-event.js";
import { bindReconnectingWebSocket } from "./reconnecting-web-socket.js";
import type * as types from "./socket-types.js";
import { bindWebSocket, bindWebSocketClass } from "./web-socket.js";

export type * from "./public.js";

export const WebSocket: types.WebSocketConstructor = /* @__PURE__ */ bindWebSocket(
  createContext,
  nodeCloseEvent,
);

export type WebSocket = types.WebSocket;

export const webSocketClass: types.WebSocketClassFactory =
  /* @__PURE__ */ bindWebSocketClass(WebSocket);

export const ReconnectingWebSocket: types.ReconnectingWebSocketConstructor =
  /* @__PURE__ */ bindReconnectingWebSocket(createContext, nodeCloseEvent);

export type ReconnectingWebSocket = types.ReconnectingWebSocket;
