// The suite of the real transports, over servers in memory.
import { onTestFinished } from "vitest";
import { TestServer } from "../../src/testing/node.js";
import type { TestServerOptions } from "../../src/testing/node.js";
import { connect, createContext } from "../../src/node.js";
import { defineTransportSuite } from "../transport/suite/define-transport-suite.js";
import type { SuiteCapabilities } from "../transport/suite/options.js";
import { NODE_CAPABILITIES } from "../transport/support.js";
import { scripted } from "./scripted-server.js";

const BROWSER_CAPABILITIES: SuiteCapabilities = {
  canPing: false,
  anyCloseCode: false,
  backpressure: "buffer",
  countsUnsent: true,
  handshake: false,
};

/** No server listens there; each suite has another one. */
let port = 0;

function testPlatform(
  platform: TestServerOptions["platform"],
  capabilities: SuiteCapabilities,
): void {
  let server: TestServer;
  defineTransportSuite({
    name: `a server in memory, platform ${platform ?? "none"}`,
    connect(url, options) {
      const { searchParams: query } = new URL(url);
      if (query.has("silent")) server.stall();
      const status = Number(query.get("refuse"));
      if (status > 0) server.refuse({ status });
      // The server of the suite selects the last subprotocol that is offered.
      const last = [options?.protocols ?? []].flat().at(-1);
      if (last !== undefined) {
        const protocol = query.has("noprotocol") ? "none" : last;
        const own = new TestServer(String(url), { platform, protocol });
        scripted(own, String(url));
        onTestFinished(() => own.close());
      }
      return connect(url, options);
    },
    createContext,
    capabilities,
    startServer() {
      const url = `ws://127.0.0.1:${++port}/`;
      server = new TestServer(`${url}*`, { platform, compression: true });
      return Promise.resolve(scripted(server, url));
    },
  });
}

testPlatform("node", NODE_CAPABILITIES);
testPlatform("browser", BROWSER_CAPABILITIES);
