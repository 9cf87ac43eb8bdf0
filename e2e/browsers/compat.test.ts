import { inject } from "vitest";
import { server } from "vitest/browser";
import * as built from "../../dist/compat/browser.mjs";
import { deviationsOn } from "../../test/compat/whatwg/deviations.js";
import type { Platform } from "../../test/compat/whatwg/deviations.js";
import type { ScriptServer } from "../../test/compat/whatwg/script.js";
import { whatwgSuite } from "../../test/compat/whatwg/suite.js";

const PLATFORMS: Record<string, Platform> = {
  chromium: "Chromium",
  firefox: "Firefox",
  webkit: "WebKit",
};

const platform = PLATFORMS[server.browser];
if (platform === undefined) throw new Error(`no deviations are listed for ${server.browser}`);

// The global setup starts and stops the server, in Node.
const startServer = (): Promise<ScriptServer> =>
  Promise.resolve({ url: inject("whatwgServer"), stop: () => Promise.resolve() });

if (process.env.WSCHAN_NATIVE === "1") {
  // Shows what the browser's own class does.
  whatwgSuite({
    name: `WebSocket of ${platform}`,
    WebSocket: globalThis.WebSocket,
    deviations: {},
    startServer,
  });
} else {
  whatwgSuite({
    name: platform,
    WebSocket: built.WebSocket,
    deviations: deviationsOn(platform),
    startServer,
  });
}
