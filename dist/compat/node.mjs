export { ReconnectingWebSocket, WebSocket, webSocketClass } from "./node.cjs";
