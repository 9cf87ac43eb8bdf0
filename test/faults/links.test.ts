import { connect, createContext } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { LINKS, linkTo } from "../helpers/links.js";
import { startScriptedServer } from "../transport/scripted-server.js";
import { transportSuite } from "../transport/suite.js";

checkLeaks();

for (const name of Object.keys(LINKS)) {
  transportSuite({
    name: `over a link: ${name}`,
    connect,
    createContext,
    capabilities: {
      canPing: true,
      anyCloseCode: true,
      backpressure: "socket",
      countsUnsent: true,
      handshake: true,
    },
    async startServer() {
      const server = await startScriptedServer();
      const link = await linkTo(server.url, name);
      return {
        url: link.url,
        async stop() {
          await link[Symbol.asyncDispose]();
          await server.stop();
        },
      };
    },
  });
}
