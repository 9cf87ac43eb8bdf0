import { createContext } from "../browser.js";
import { platformClass } from "../errors/platform-class.js";
import { bindReconnectingWebSocket } from "./reconnecting-web-socket.js";
import type * as types from "./socket-types.js";
import { bindWebSocket, bindWebSocketClass } from "./web-socket.js";

export type * from "./public.js";

const closeEventClass = (): typeof CloseEvent => platformClass("CloseEvent");

export const WebSocket: types.WebSocketConstructor = /* @__PURE__ */ bindWebSocket(
  createContext,
  closeEventClass,
);

export type WebSocket = types.WebSocket;

export const webSocketClass: types.WebSocketClassFactory =
  /* @__PURE__ */ bindWebSocketClass(WebSocket);

export const ReconnectingWebSocket: types.ReconnectingWebSocketConstructor =
  /* @__PURE__ */ bindReconnectingWebSocket(createContext, closeEventClass);

export type ReconnectingWebSocket = types.ReconnectingWebSocket;
