'use strict';

var browser = require('../browser.cjs');
var core = require('../core.cjs');
var compat_core = require('./core.cjs');

const closeEventClass = () => core.platformClass("CloseEvent");
const WebSocket = /* @__PURE__ */ compat_core.bindWebSocket(
  browser.createContext,
  closeEventClass
);
const webSocketClass = /* @__PURE__ */ compat_core.bindWebSocketClass(WebSocket);
const ReconnectingWebSocket = /* @__PURE__ */ compat_core.bindReconnectingWebSocket(browser.createContext, closeEventClass);

exports.ReconnectingWebSocket = ReconnectingWebSocket;
exports.WebSocket = WebSocket;
exports.webSocketClass = webSocketClass;
//# sourceMappingURL=browser.cjs.map
