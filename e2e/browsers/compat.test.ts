import { inject } from "vitest";
import { server } from "vitest/browser";
import { whatwgSuite } from "../../test/compat/whatwg/suite.js";

whatwgSuite({
  name: `WebSocket of ${server.browser}`,
  WebSocket: globalThis.WebSocket,
  deviations: {},
  startServer: () =>
    Promise.resolve({ url: inject("whatwgServer"), stop: () => Promise.resolve() }),
});
