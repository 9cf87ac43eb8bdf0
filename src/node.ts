import { bindConnect, bindCreateContext } from "./context/connect.js";
import type { Connect, CreateContext } from "./context/connect.js";
import { nodeParsers } from "./options/node-parsers.js";
import type { Platform, WebSocketClass } from "./protocol/dial.js";
import * as shared from "./public.js";
import { nodePlatform } from "./transport/node/dial.js";
import { webSocketPlatform } from "./transport/web/websocket.js";

export * from "./public.js";

const native = { ...nodePlatform, parsers: nodeParsers };

/** The platform for connections with option `webSocket`. */
const custom = /* @__PURE__ */ webSocketPlatform(() => undefined, nodePlatform.observerOf);

const platformFor = (webSocket: WebSocketClass | undefined): Platform =>
  webSocket ? custom : native;

export const connect: Connect = /* @__PURE__ */ bindConnect(platformFor);

export const createContext: CreateContext = /* @__PURE__ */ bindCreateContext(platformFor);

/** Everything this package exports, under one name. */
const websocket: typeof shared & {
  readonly connect: Connect;
  readonly createContext: CreateContext;
} = /* @__PURE__ */ (() => Object.freeze({ ...shared, connect, createContext }))();

export default websocket;
