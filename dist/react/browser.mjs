"use client";

import { reconnecting } from '../reconnect/browser.mjs';
import { b as bindUseReconnecting } from './core.mjs';
export { u as useLatest, a as useMessages } from './core.mjs';

const useReconnecting = /* @__PURE__ */ bindUseReconnecting(reconnecting);

export { useReconnecting };
//# sourceMappingURL=browser.mjs.map
