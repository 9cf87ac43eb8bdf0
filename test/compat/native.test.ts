import { whatwgSuite } from "./whatwg/suite.js";
import { startScriptServer } from "./whatwg/server.js";

whatwgSuite({
  name: `WebSocket of Node ${process.version}`,
  WebSocket: globalThis.WebSocket,
  deviations: {},
  startServer: startScriptServer,
});
