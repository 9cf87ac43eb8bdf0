import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import type { EchoConnection } from "../../test/helpers/echo-server.js";
import { flushed } from "../../test/helpers/feeds.js";

/** The URLs of the servers that fixtures/program.mjs uses. */
export interface Urls {
  readonly echo: string;
  /** Sends {@link FLOOD} messages of 1 MiB and closes. */
  readonly flood: string;
  /** Sends {@link VALUES}, compressed for the codec named by the path, and then a corrupt message. */
  readonly compressed: string;
  /** Sends the number of the connection. Cuts the first two connections at their first message; echoes on others. */
  readonly cutting: string;
  /** Refuses every handshake with status 401. */
  readonly refusing: string;
  /** A port on which no server listens. */
  readonly closed: string;
}

/** The servers of the program, on free ports of 127.0.0.1. */
export interface Servers extends AsyncDisposable {
  readonly urls: Urls;
  /** The connections to `urls.echo`, followed by that to `urls.flood`. */
  readonly connections: readonly EchoConnection[];
}

/** The number of messages: more MiB than systems buffer, and fewer than the client's `bufferLimit`. */
export const FLOOD = 32;

/** A small value, and one of more than 100 KiB. */
const VALUES = [
  { text: "Grüße, 世界" },
  Array.from({ length: 10_000 }, (_, i) => (i * 7_919) ** 2),
];

/** The texts that `urls.compressed` sends. */
export const TEXTS: readonly string[] = VALUES.map((value) => JSON.stringify(value));

/** Compresses {@link TEXTS} and adds a corrupt message. Returns the messages by the name of the codec. */
async function compress(): Promise<Readonly<Record<string, readonly Buffer[]>>> {
  const checked = (compress: (text: string) => Buffer): Buffer[] => {
    const corrupt = compress("corrupt");
    // The last byte belongs to the checksum or the length.
    corrupt.writeUInt8(corrupt.readUInt8(corrupt.length - 1) ^ 1, corrupt.length - 1);
    return [...TEXTS.map((text) => compress(text)), corrupt];
  };
  // Block type 3 is an error (RFC 1951 section 3.2.3).
  const invalidBlock = Buffer.from([7]);
  return {
    gunzip: checked(gzipSync),
    unzlib: checked(deflateSync),
    inflateRaw: [...TEXTS.map((text) => deflateRawSync(text)), invalidBlock],
    zlibStream: [...(await flushed(VALUES)), invalidBlock],
  };
}

/** Starts all servers. */
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
      // Cut only after the first message, because Firefox fails a dial whose connection is cut right after the 101.
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
  // The local port of an open connection: no other process can listen on it in the meantime.
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
