'use strict';

var node = require('../node.cjs');
var compat_core = require('./core.cjs');

const WebSocket = /* @__PURE__ */ compat_core.bindWebSocket(
  node.createContext,
  compat_core.nodeCloseEvent
);
const webSocketClass = /* @__PURE__ */ compat_core.bindWebSocketClass(WebSocket);
const ReconnectingWebSocket = /* @__PURE__ */ compat_core.bindReconnectingWebSocket(node.createContext, compat_core.nodeCloseEvent);

exports.ReconnectingWebSocket = ReconnectingWebSocket;
exports.WebSocket = WebSocket;
exports.webSocketClass = webSocketClass;
//# sourceMappingURL=node.cjs.map
