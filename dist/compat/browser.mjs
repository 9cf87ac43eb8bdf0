import { createContext } from '../browser.mjs';
import { b as bindReconnectingWebSocket, a as bindWebSocket, c as bindWebSocketClass } from './core.mjs';

const WebSocket = /* @__PURE__ */ bindWebSocket(createContext);
const webSocketClass = /* @__PURE__ */ bindWebSocketClass(WebSocket);
const ReconnectingWebSocket = /* @__PURE__ */ bindReconnectingWebSocket({ createContext, pings: false });

export { ReconnectingWebSocket, WebSocket, webSocketClass };
//# sourceMappingURL=browser.mjs.map
