'use strict';

var browser = require('../browser.cjs');
var compat_core = require('./core.cjs');

const WebSocket = /* @__PURE__ */ compat_core.bindWebSocket(browser.createContext);
const webSocketClass = /* @__PURE__ */ compat_core.bindWebSocketClass(WebSocket);
const ReconnectingWebSocket = /* @__PURE__ */ compat_core.bindReconnectingWebSocket({ createContext: browser.createContext, pings: false });

exports.ReconnectingWebSocket = ReconnectingWebSocket;
exports.WebSocket = WebSocket;
exports.webSocketClass = webSocketClass;
//# sourceMappingURL=browser.cjs.map
