import { inject } from "vitest";
import { server } from "vitest/browser";
import * as built from "../../dist/compat/browser.mjs";
import { whatwgSuite } from "../../test/compat/whatwg/suite.js";

// The global setup starts and stops the server, in Node.
const startServer = () =>
  Promise.resolve({ url: inject("whatwgServer"), stop: () => Promise.resolve() });

if (process.env.WSCHAN_NATIVE === "1") {
  // Shows what the platform itself does.
  whatwgSuite({
    name: `WebSocket of ${server.browser}`,
    WebSocket: globalThis.WebSocket,
    deviations: {},
    startServer,
  });
} else {
  whatwgSuite({
    name: server.browser,
    WebSocket: built.WebSocket as unknown as typeof globalThis.WebSocket,
    deviations: {},
    startServer,
  });
}
