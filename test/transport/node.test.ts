import { WebSocket } from "ws";
import { connect, createContext } from "../../src/node.js";
import type { WebSocketClass } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startScriptedServer } from "./scripted-server.js";
import { transportSuite } from "./suite.js";

checkLeaks();

transportSuite({
  name: "Node",
  connect,
  createContext,
  capabilities: {
    canPing: true,
    anyCloseCode: true,
    backpressure: "socket",
    countsUnsent: true,
    handshake: true,
  },
  startServer: startScriptedServer,
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
  startServer: startScriptedServer,
});
