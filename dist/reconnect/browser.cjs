'use strict';

var browser = require('../browser.cjs');
var reconnect_core = require('./core.cjs');

const reconnecting = /* @__PURE__ */ reconnect_core.bindReconnecting(browser.createContext);

exports.reconnecting = reconnecting;
//# sourceMappingURL=browser.cjs.map
