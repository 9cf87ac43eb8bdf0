import { createContext } from '../browser.mjs';
import { p as platformClass } from '../core.mjs';
import { a as bindReconnectingWebSocket, b as bindWebSocket, c as bindWebSocketClass } from './core.mjs';

const closeEventClass = () => platformClass("CloseEvent");
const WebSocket = /* @__PURE__ */ bindWebSocket(
  createContext,
  closeEventClass
);
const webSocketClass = /* @__PURE__ */ bindWebSocketClass(WebSocket);
const ReconnectingWebSocket = /* @__PURE__ */ bindReconnectingWebSocket(createContext, closeEventClass);

export { ReconnectingWebSocket, WebSocket, webSocketClass };
//# sourceMappingURL=browser.mjs.map
