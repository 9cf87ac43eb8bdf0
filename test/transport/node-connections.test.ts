import { bindConnect, bindCreateContext } from "../../src/context/connect.js";
import { COMPRESSION } from "../../src/node.js";
import { nodeParsers } from "../../src/options/node-parsers.js";
import { dialBy, nodePlatform } from "../../src/transport/node/dial.js";
import { createCertificate } from "../helpers/certificates.js";
import { checkLeaks } from "../helpers/leaks.js";
import { TunnelAgent } from "../helpers/tunnel.js";
import { nodeSuite } from "./node-suite.js";
import { startScriptedServer } from "./scripted-server.js";

checkLeaks();

/** A platform on which the socket of `ws` cannot be taken over, so that the dial uses the public interface. */
const fallback = {
  ...nodePlatform,
  parsers: nodeParsers,
  dial: dialBy(undefined, () => () => undefined),
};

nodeSuite(
  "over the public interface of ws",
  {},
  {
    connect: bindConnect(() => fallback),
    createContext: bindCreateContext(() => fallback),
  },
);

nodeSuite("over a Duplex that is not a socket", { node: { agent: new TunnelAgent() } });

const { CONTEXT_TAKEOVER, NO_CONTEXT } = COMPRESSION;

nodeSuite("with all messages compressed in one context", {
  compression: CONTEXT_TAKEOVER,
  compressionThreshold: 0,
});

nodeSuite("with all messages compressed, each without a context", {
  compression: NO_CONTEXT,
  compressionThreshold: 0,
});

const certificate = createCertificate();

nodeSuite(
  "over TLS",
  { node: { tls: { ca: certificate.cert } } },
  { startServer: () => startScriptedServer(undefined, certificate) },
);
