import { bindConnect, bindCreateContext } from "./connect.js";
import type { Connect, CreateContext } from "./connect.js";
import * as shared from "./public.js";
import { webSocketPlatform } from "./transport/browser.js";
import { streamSocket } from "./transport/stream.js";

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
