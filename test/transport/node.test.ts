import { WebSocket } from "ws";
import { connect, createContext } from "../../src/node.js";
import type { WebSocketClass } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startScriptedServer } from "./scripted-server.js";
import { transportSuite } from "./suite.js";
import { NODE_CAPABILITIES } from "./support.js";

checkLeaks();

transportSuite({
  name: "Node",
  connect,
  createContext,
  capabilities: NODE_CAPABILITIES,
  startServer: () => startScriptedServer(),
});

const webSocket = WebSocket as unknown as WebSocketClass;

transportSuite({
  name: "option webSocket",
  connect: (url, options) => connect(url, { ...options, webSocket }),
  createContext: (options) =>
    createContext({ ...options, defaults: { ...options?.defaults, webSocket } }),
  capabilities: {
    canPing: false,
    anyCloseCode: false,
    backpressure: "buffer",
    countsUnsent: true,
    handshake: false,
  },
  startServer: () => startScriptedServer(),
});
