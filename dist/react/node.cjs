"use client";

'use strict';

var reconnect_node = require('../reconnect/node.cjs');
var react_core = require('./core.cjs');

const useReconnecting = /* @__PURE__ */ react_core.bindUseReconnecting(reconnect_node.reconnecting);

exports.useLatest = react_core.useLatest;
exports.useMessages = react_core.useMessages;
exports.useReconnecting = useReconnecting;
//# sourceMappingURL=node.cjs.map
