import { inject } from "vitest";
import { server } from "vitest/browser";
import * as built from "../../dist/browser.mjs";
import type * as source from "../../src/browser.js";
import { transportSuite } from "../../test/transport/suite.js";
import type { SuiteCapabilities, SuiteOptions } from "../../test/transport/suite.js";

// The same types, which their private fields make differ.
const { connect, createContext } = built as unknown as typeof source;

/** What no page can do. */
const page = { canPing: false, anyCloseCode: false, handshake: false } as const;

/** What a page can do by default. */
const CAPABILITIES: Record<string, SuiteCapabilities> = {
  chromium: { ...page, backpressure: "buffer", countsUnsent: true },
  firefox: { ...page, backpressure: "buffer", countsUnsent: true },
  // Its network process takes all there is at once, into memory of its own.
  webkit: { ...page, backpressure: "buffer", countsUnsent: false },
};

const { browser } = server;
const capabilities = CAPABILITIES[browser];
if (capabilities === undefined) throw new Error(`${browser}: what can it do?`);

const options: SuiteOptions = {
  name: browser,
  connect,
  createContext,
  capabilities,
  // It runs in Node, and ends with the run.
  startServer: () =>
    Promise.resolve({ url: inject("scriptedServer"), stop: () => Promise.resolve() }),
};

transportSuite(options);

if (browser === "chromium") {
  transportSuite({
    ...options,
    name: `${browser}, option backpressure: "stream"`,
    connect: (url, given) => connect(url, { backpressure: "stream", ...given }),
    createContext: (given) =>
      createContext({ ...given, defaults: { backpressure: "stream", ...given?.defaults } }),
    capabilities: { ...capabilities, backpressure: "stream" },
  });
}
