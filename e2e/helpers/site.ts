import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { ROOT } from "../../test/helpers/root.js";

/** A site with the pages of a test, the files of `/dist/`, and a WebSocket server on every path. */
export interface Site extends AsyncDisposable {
  /** The URL without a slash at the end. */
  readonly url: string;
  /** The handlers by path: each gets the body of a request, and returns the response. */
  readonly pages: Map<string, (body: string) => string | Promise<string>>;
  readonly sockets: WebSocketServer;
}

/** Starts a site on a free port of 127.0.0.1. */
export async function startSite(): Promise<Site> {
  const pages: Site["pages"] = new Map();
  const answer = async (path: string, body: string): Promise<[type: string, text: string]> => {
    if (path.startsWith("/dist/")) {
      return ["text/javascript", await readFile(join(ROOT, path), "utf8")];
    }
    return ["text/html", (await pages.get(path)?.(body)) ?? ""];
  };
  const http = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { pathname } = new URL(request.url ?? "", "http://localhost");
      const [type, text] = await answer(pathname, body);
      response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
    })();
  });
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on("connection", (socket) => socket.on("error", () => {}));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    pages,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}
