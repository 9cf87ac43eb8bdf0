import { reconnecting } from "../reconnect/node.js";
import type { UseReconnecting } from "./types.js";
import { bindUseReconnecting } from "./use-reconnecting.js";

export * from "./public.js";

export const useReconnecting: UseReconnecting = /* @__PURE__ */ bindUseReconnecting(reconnecting);
