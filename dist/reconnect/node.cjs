'use strict';

var node = require('../node.cjs');
var reconnect_core = require('./core.cjs');

const reconnecting = /* @__PURE__ */ reconnect_core.bindReconnecting(node.createContext);

exports.reconnecting = reconnecting;
//# sourceMappingURL=node.cjs.map
