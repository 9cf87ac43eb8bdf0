import { connect, createContext } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { startScriptedServer } from "./scripted-server.js";
import { defineTransportSuite } from "./suite/define-transport-suite.js";
import type { SuiteOptions } from "./suite/options.js";
import { NODE_CAPABILITIES } from "./support.js";

/** Runs the conformance suite on Node's transport, and passes the options `given` to every dial. */
export function nodeSuite(
  name: string,
  given: ConnectOptions = {},
  others: Partial<SuiteOptions> = {},
): void {
  defineTransportSuite({
    name,
    connect: (url, options) => connect(url, { ...given, ...options }),
    createContext: (options) =>
      createContext({ ...options, defaults: { ...given, ...options?.defaults } }),
    capabilities: NODE_CAPABILITIES,
    startServer: () => startScriptedServer(),
    ...others,
  });
}
