import { WebSocket } from "../../src/compat/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startScriptServer } from "./whatwg/server.js";
import { whatwgSuite } from "./whatwg/suite.js";

checkLeaks();

whatwgSuite({
  name: "WebSocket of wschan/compat",
  WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
  deviations: {},
  startServer: startScriptServer,
});
