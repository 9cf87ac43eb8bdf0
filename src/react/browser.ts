import { reconnecting } from "../reconnect/browser.js";
import type { UseReconnecting } from "./types.js";
import { bindUseReconnecting } from "./use-reconnecting.js";

export * from "./public.js";

export const useReconnecting: UseReconnecting = /* @__PURE__ */ bindUseReconnecting(reconnecting);
