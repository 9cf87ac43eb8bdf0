'use strict';

var hub_core = require('./core.cjs');



exports.createHub = hub_core.createHub;
exports.jsonRpc = hub_core.jsonRpc;
exports.rpcError = hub_core.rpcError;
//# sourceMappingURL=browser.cjs.map
