import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import type { EchoConnection } from "../../test/helpers/echo-server.js";
import { flushed } from "../../test/helpers/feeds.js";

/** Where fixtures/program.mjs finds what it needs. */
export interface Urls {
  readonly echo: string;
  /** Sends {@link FLOOD} messages of 1 MiB and closes. */
  readonly flood: string;
  /** Sends {@link VALUES}, for the codec that its path names, and what that one cannot decode. */
  readonly compressed: string;
  /** Sends the number of the connection, and echoes; cuts the first two when a message comes. */
  readonly cutting: string;
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

/** A small value, and one of more than 100 KiB. */
const VALUES = [
  { text: "Grüße, 世界" },
  Array.from({ length: 10_000 }, (_, i) => (i * 7_919) ** 2),
];

/** The texts that `urls.compressed` sends. */
export const TEXTS: readonly string[] = VALUES.map((value) => JSON.stringify(value));

/** {@link TEXTS} and something broken, by the codec that they are for. */
async function compress(): Promise<Readonly<Record<string, readonly Buffer[]>>> {
  const checked = (compress: (text: string) => Buffer): Buffer[] => {
    const broken = compress("broken");
    // In its checksum, or length.
    broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
    return [...TEXTS.map((text) => compress(text)), broken];
  };
  // RFC 1951 section 3.2.3: there is no block of type 3.
  const noBlock = Buffer.from([7]);
  return {
    gunzip: checked(gzipSync),
    unzlib: checked(deflateSync),
    inflateRaw: [...TEXTS.map((text) => deflateRawSync(text)), noBlock],
    zlibStream: [...(await flushed(VALUES)), noBlock],
  };
}

export async function startServers(): Promise<Servers> {
  const echo = await startEchoServer({
    onConnection: ({ ws, request }) => {
      if (request.url !== "/flood") return;
      for (let i = 0; i < FLOOD; i++) ws.send(new Uint8Array(2 ** 20));
      ws.close(1000);
    },
  });
  const messages = await compress();
  const compressed = await startEchoServer({
    onConnection: ({ ws, request }) => {
      for (const message of messages[request.url?.slice(1) ?? ""] ?? []) ws.send(message);
    },
  });
  let cuts = 0;
  const cutting = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      const count = ++cuts;
      ws.send(String(count));
      // Not before the client has read: Firefox fails a dial whose connection is cut right after the 101.
      ws.on("message", (data) => {
        if (count < 3) ws.terminate();
        else ws.send(data, { binary: false });
      });
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
      compressed: compressed.url,
      cutting: cutting.url,
      refusing: `ws://127.0.0.1:${port}/`,
      closed: `ws://127.0.0.1:${holder.localPort ?? 0}/`,
    },
    connections: echo.connections,
    async [Symbol.asyncDispose]() {
      holder.destroy();
      refusing.closeAllConnections();
      refusing.close();
      await once(refusing, "close");
      await cutting[Symbol.asyncDispose]();
      await compressed[Symbol.asyncDispose]();
      await echo[Symbol.asyncDispose]();
    },
  };
}
