import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import type { EchoConnection } from "../../test/helpers/echo-server.js";

/** Where fixtures/program.mjs finds what it needs. */
export interface Urls {
  readonly echo: string;
  /** Sends {@link FLOOD} messages of 1 MiB and closes. */
  readonly flood: string;
  /** Refuses every handshake with 401. */
  readonly refusing: string;
  /** Nothing listens there. */
  readonly closed: string;
}

/** The servers that the program talks to, on free ports of 127.0.0.1. */
export interface Servers extends AsyncDisposable {
  readonly urls: Urls;
  /** The connections to `urls.echo`, then that to `urls.flood`. */
  readonly connections: readonly EchoConnection[];
}

/** More than a system buffers, and less than the client's `bufferLimit`. */
export const FLOOD = 32;

export async function startServers(): Promise<Servers> {
  const echo = await startEchoServer({
    onConnection: ({ ws, request }) => {
      if (request.url !== "/flood") return;
      for (let i = 0; i < FLOOD; i++) ws.send(new Uint8Array(2 ** 20));
      ws.close(1000);
    },
  });
  const refusing = createServer((_, response) => response.writeHead(401).end("who are you?"));
  refusing.listen(0, "127.0.0.1");
  await once(refusing, "listening");
  const { port } = refusing.address() as AddressInfo;
  // Its own port is taken, so that nobody comes to listen there.
  const holder = connect(port, "127.0.0.1");
  await once(holder, "connect");
  return {
    urls: {
      echo: echo.url,
      flood: `${echo.url}flood`,
      refusing: `ws://127.0.0.1:${port}/`,
      closed: `ws://127.0.0.1:${holder.localPort ?? 0}/`,
    },
    connections: echo.connections,
    async [Symbol.asyncDispose]() {
      holder.destroy();
      refusing.closeAllConnections();
      refusing.close();
      await once(refusing, "close");
      await echo[Symbol.asyncDispose]();
    },
  };
}
