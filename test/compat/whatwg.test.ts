import { webSocketClass, WebSocket } from "../../src/compat/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { deviationsOn } from "./whatwg/deviations.js";
import { startScriptServer } from "./whatwg/server.js";
import { whatwgSuite } from "./whatwg/suite.js";

if (process.env.WSCHAN_NATIVE === "1") {
  // Shows what Node's own class does. It needs Node 22 or later.
  whatwgSuite({
    name: `WebSocket of Node ${process.version}`,
    WebSocket: globalThis.WebSocket,
    deviations: {},
    startServer: startScriptServer,
  });
} else {
  checkLeaks();

  whatwgSuite({
    name: "WebSocket",
    WebSocket,
    deviations: deviationsOn("Node"),
    startServer: startScriptServer,
  });

  whatwgSuite({
    name: "a subclass with compression",
    WebSocket: webSocketClass({ compression: 1 }),
    deviations: {},
    startServer: startScriptServer,
    groups: ["negotiated properties", "closing handshake", "send: Blob"],
  });
}
