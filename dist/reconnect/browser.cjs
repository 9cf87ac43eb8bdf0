'use strict';

var browser = require('../browser.cjs');
var reconnect_core = require('./core.cjs');

const reconnecting = /* @__PURE__ */ reconnect_core.bindReconnecting({
  createContext: browser.createContext,
  pings: false
});

exports.reconnecting = reconnecting;
//# sourceMappingURL=browser.cjs.map
