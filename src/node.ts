import { bindConnect, bindCreateContext } from "./connect.js";
import type { Connect, CreateContext } from "./connect.js";
import { nodeParsers } from "./options.js";
import * as shared from "./public.js";
import { webSocketPlatform } from "./transport/browser.js";
import { nodePlatform } from "./transport/node/dial.js";
import type { Platform, WebSocketClass } from "./transport.js";

export * from "./public.js";

const native = { ...nodePlatform, parsers: nodeParsers };

/** What serves option `webSocket`. */
const custom = /* @__PURE__ */ webSocketPlatform(() => undefined);

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
