import { inject } from "vitest";
import { server } from "vitest/browser";
import * as built from "../../dist/browser.mjs";
import type * as source from "../../src/browser.js";
import { defineTransportSuite } from "../../test/transport/suite/define-transport-suite.js";
import type { SuiteCapabilities, SuiteOptions } from "../../test/transport/suite/options.js";

// The types are the same, but TypeScript distinguishes classes with private fields by their declaration.
const { connect, createContext } = built as unknown as typeof source;

/** Capabilities that no browser has. */
const page = { canPing: false, anyCloseCode: false, handshake: false } as const;

/** The capabilities of pages with default options. */
const CAPABILITIES: Record<string, SuiteCapabilities> = {
  chromium: { ...page, backpressure: "buffer", countsUnsent: true },
  firefox: { ...page, backpressure: "buffer", countsUnsent: true },
  // Its network process buffers all data immediately, in its own memory.
  webkit: { ...page, backpressure: "buffer", countsUnsent: false },
};

const { browser } = server;
const capabilities = CAPABILITIES[browser];
if (capabilities === undefined) throw new Error(`no capabilities are listed for ${browser}`);

const options: SuiteOptions = {
  name: browser,
  connect,
  createContext,
  capabilities,
  // The global setup starts and stops the server, in Node.
  startServer: () =>
    Promise.resolve({ url: inject("scriptedServer"), stop: () => Promise.resolve() }),
};

defineTransportSuite(options);

if (browser === "chromium") {
  defineTransportSuite({
    ...options,
    name: `${browser}, option backpressure: "stream"`,
    connect: (url, given) => connect(url, { backpressure: "stream", ...given }),
    createContext: (given) =>
      createContext({ ...given, defaults: { backpressure: "stream", ...given?.defaults } }),
    capabilities: { ...capabilities, backpressure: "stream" },
  });
}
