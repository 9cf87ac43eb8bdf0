import { bindConnect, bindCreateContext } from "./context/connect.js";
import type { Connect, CreateContext } from "./context/connect.js";
import * as shared from "./public.js";
import { streamSocket } from "./transport/web/websocket-stream.js";
import { webSocketPlatform } from "./transport/web/websocket.js";

export * from "./public.js";

const platform = /* @__PURE__ */ webSocketPlatform(streamSocket);

export const connect: Connect = /* @__PURE__ */ bindConnect(() => platform);

export const createContext: CreateContext = /* @__PURE__ */ bindCreateContext(() => platform);

/** Everything this package exports, under one name. */
const websocket: typeof shared & {
  readonly connect: Connect;
  readonly createContext: CreateContext;
} = /* @__PURE__ */ (() => Object.freeze({ ...shared, connect, createContext }))();

export default websocket;
