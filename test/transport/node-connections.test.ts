import { bindConnect, bindCreateContext } from "../../src/connect.js";
import { COMPRESSION, connect, createContext } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { nodeParsers } from "../../src/options.js";
import { dialBy, nodePlatform } from "../../src/transport/node/dial.js";
import { createCertificate } from "../helpers/certificates.js";
import { checkLeaks } from "../helpers/leaks.js";
import { TunnelAgent } from "../helpers/tunnel.js";
import { startScriptedServer } from "./scripted-server.js";
import { transportSuite } from "./suite.js";
import type { SuiteOptions } from "./suite.js";
import { NODE_CAPABILITIES } from "./support.js";

checkLeaks();

/** Runs the suite with these options in each dial. */
function suiteWith(name: string, given: ConnectOptions, others?: Partial<SuiteOptions>): void {
  transportSuite({
    name,
    connect: (url, options) => connect(url, { ...given, ...options }),
    createContext: (options) =>
      createContext({ ...options, defaults: { ...given, ...options?.defaults } }),
    capabilities: NODE_CAPABILITIES,
    startServer: () => startScriptedServer(),
    ...others,
  });
}

/** Dials as where the socket of `ws` cannot be had. */
const fallback = {
  ...nodePlatform,
  parsers: nodeParsers,
  dial: dialBy(undefined, () => () => undefined),
};

suiteWith(
  "over the public interface of ws",
  {},
  {
    connect: bindConnect(() => fallback),
    createContext: bindCreateContext(() => fallback),
  },
);

suiteWith("over a Duplex that is no socket", { node: { agent: new TunnelAgent() } });

const { CONTEXT_TAKEOVER, NO_CONTEXT } = COMPRESSION;

suiteWith("with all messages compressed in one context", {
  compression: CONTEXT_TAKEOVER,
  compressionThreshold: 0,
});

suiteWith("with all messages compressed, each without a context", {
  compression: NO_CONTEXT,
  compressionThreshold: 0,
});

const certificate = createCertificate();

suiteWith(
  "over TLS",
  { node: { tls: { ca: certificate.cert } } },
  { startServer: () => startScriptedServer(undefined, certificate) },
);
