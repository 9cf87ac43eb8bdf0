"use client";

'use strict';

var reconnect_browser = require('../reconnect/browser.cjs');
var react_core = require('./core.cjs');

const useReconnecting = /* @__PURE__ */ react_core.bindUseReconnecting(reconnect_browser.reconnecting);

exports.useLatest = react_core.useLatest;
exports.useMessages = react_core.useMessages;
exports.useReconnecting = useReconnecting;
//# sourceMappingURL=browser.cjs.map
