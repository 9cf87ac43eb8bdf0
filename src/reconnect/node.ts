import { createContext } from "../node.js";
import { bindReconnecting } from "./reconnecting.js";
import type { Reconnecting } from "./reconnecting.js";

export type * from "./public.js";

export const reconnecting: Reconnecting = /* @__PURE__ */ bindReconnecting(createContext);
