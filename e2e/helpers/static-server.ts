import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** An HTTP server for the files of one folder, on a free port of 127.0.0.1. */
export interface StaticServer extends AsyncDisposable {
  /** The URL without a slash at the end. */
  readonly origin: string;
}

/** The content types by file extension. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Starts a server for the files in `dir`. The page of a folder is its `index.html`. */
export async function startStaticServer(dir: string): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const file = join(dir, normalize(pathname.replace(/\/$/, "/index.html")));
    readFile(file).then(
      (content) =>
        response
          .writeHead(200, {
            "Content-Type": CONTENT_TYPES[extname(file)] ?? "application/octet-stream",
            // The names of files in this folder contain a hash of their content.
            ...(pathname.startsWith("/assets/") && { "Cache-Control": "max-age=3600" }),
          })
          .end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
