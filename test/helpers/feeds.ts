import { once } from "node:events";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { WebSocket } from "ws";
import { startEchoServer } from "./echo-server.js";
import type { EchoServer } from "./echo-server.js";
import type { FeedName } from "./feed-clients.mjs";
import { packStream } from "./packed-stream.js";

/** A server with the message format of a public feed. Its client is in feed-clients.mjs. */
export interface Feed {
  readonly name: FeedName;
  /** Serves the `n`th connection, counted from 0, and closes it after the last message. */
  readonly serve: (socket: WebSocket, n: number) => Promise<void>;
  /** All values that the client has to read. */
  readonly expected: readonly unknown[];
}

/** The values that most feeds send: two small ones, and one that inflates to 200 KiB. */
const TICKER = { symbol: "BTC-USDT", price: 64_000.5 };
const NOTE = { note: "Grüße, 世界 🎉" };
const BOOK = { bids: Array.from({ length: 12_000 }, (_, i) => [64_000 - i / 100, i % 97]) };
const VALUES = [TICKER, NOTE, BOOK];

type Compress = (text: string) => Buffer;

export const FEEDS: readonly Feed[] = [
  // The server's ping is compressed, the client's reply is not.
  { name: "HTX", ...pinging(gzipSync, '{"ping":1492420473027}', '{"pong":1492420473027}') },
  { name: "BingX", ...pinging(gzipSync, "Ping", "Pong") },
  { name: "Bitrue", ...pinging(gzipSync, '{"ping":1535975085052}', '{"pong":1535975085052}') },
  { name: "CoinEx v2", ...compressing(gzipSync) },
  { name: "OKX v3", ...compressing(deflateRawSync) },
  { name: "KOOK", ...compressing(deflateSync) },
  {
    name: "Discord, each payload",
    expected: VALUES,
    async serve(socket) {
      await nextText(socket);
      // Discord compresses only large payloads.
      socket.send(JSON.stringify(TICKER));
      socket.send(JSON.stringify(NOTE));
      socket.send(deflateSync(JSON.stringify(BOOK)));
      socket.close(1000);
    },
  },
  {
    name: "Discord, one stream",
    expected: [TICKER, NOTE, "between", BOOK, TICKER, TICKER],
    async serve(socket) {
      await nextText(socket);
      const [hello, note, book, again, same] = await flushed([TICKER, NOTE, BOOK, TICKER, TICKER]);
      socket.send(hello);
      // An empty frame must not end a message.
      socket.send(Buffer.alloc(0));
      // The last frame contains only the end of the sync-flush marker.
      sendInFrames(socket, note, 1, note.length - 2);
      socket.send(book.subarray(0, 1_000));
      socket.send('"between"');
      sendInFrames(socket, book.subarray(1_000), 1, 20_000);
      socket.send(again);
      socket.send(same);
      socket.close(1000);
    },
  },
  {
    name: "Discord, one stream for each connection",
    expected: [TICKER, NOTE, "ready?", "reconnected", TICKER, NOTE, BOOK],
    async serve(socket, n) {
      await nextText(socket);
      const [ticker, note, book] = await flushed([TICKER, NOTE, BOOK]);
      socket.send(ticker);
      socket.send(note);
      if (n > 0) {
        socket.send(book);
        socket.close(1000);
        return;
      }
      // The connection is lost in the middle of a message.
      socket.send(book.subarray(0, book.length / 2));
      socket.send('"ready?"');
      await nextText(socket);
      socket.terminate();
    },
  },
  {
    name: "Bilibili",
    expected: [[8, { code: 0 }], ...VALUES.map((value) => [5, value]), [5, NOTE], [5, TICKER]],
    async serve(socket) {
      const request = await nextMessage(socket, true);
      if (!request.equals(packet(1, 7, '{"roomid":1}', 0))) throw new Error("no packet");
      socket.send(packet(1, 8, '{"code":0}'));
      const packets = VALUES.map((value) => packet(0, 5, JSON.stringify(value)));
      socket.send(packet(2, 5, deflateSync(Buffer.concat(packets))));
      // Several in one message, compressed and not.
      const note = packet(2, 5, deflateSync(packet(0, 5, JSON.stringify(NOTE))));
      socket.send(Buffer.concat([note, packet(0, 5, JSON.stringify(TICKER))]));
      socket.close(1000);
    },
  },
];

/** Starts a feed, without permessage-deflate, on a free port. */
export function startFeed({ serve }: Feed): Promise<EchoServer> {
  let connections = 0;
  return startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      serve(ws, connections++).catch((error: unknown) => ws.close(4000, String(error)));
    },
  });
}

/** Returns a feed that compresses each message separately, into a binary frame. */
function compressing(compress: Compress): Omit<Feed, "name"> {
  return {
    expected: VALUES,
    async serve(socket) {
      await nextText(socket);
      for (const value of VALUES) socket.send(compress(JSON.stringify(value)));
      socket.close(1000);
    },
  };
}

/** Returns a feed that continues only after the client has answered its ping with an uncompressed text. */
function pinging(compress: Compress, ping: string, pong: string): Omit<Feed, "name"> {
  return {
    expected: [TICKER, ping === "Ping" ? ping : JSON.parse(ping), NOTE, BOOK],
    async serve(socket) {
      await nextText(socket);
      socket.send(compress(JSON.stringify(TICKER)));
      socket.send(compress(ping));
      const answer = await nextText(socket);
      if (answer !== pong) throw new Error(`no pong: ${answer}`);
      for (const value of [NOTE, BOOK]) socket.send(compress(JSON.stringify(value)));
      socket.close(1000);
    },
  };
}

async function nextMessage(socket: WebSocket, binary: boolean): Promise<Buffer> {
  const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  if (isBinary !== binary) throw new Error(isBinary ? "binary" : "text");
  return data;
}

async function nextText(socket: WebSocket): Promise<string> {
  return (await nextMessage(socket, false)).toString();
}

/** Encodes values as JSON in one zlib stream, which is flushed after each value. */
export async function flushed<const T extends readonly unknown[]>(
  values: T,
): Promise<{ -readonly [I in keyof T]: Buffer }> {
  const texts = values.map((value) => JSON.stringify(value));
  const messages = (await packStream(true, texts)).map((message) => Buffer.from(message));
  return messages as { -readonly [I in keyof T]: Buffer };
}

/** Splits one compressed message into several WebSocket messages, which begin at these offsets. */
function sendInFrames(socket: WebSocket, message: Buffer, ...starts: number[]): void {
  const ends = [...starts, message.length];
  ends.forEach((end, i) => socket.send(message.subarray(ends[i - 1] ?? 0, end)));
}

/** Builds a Bilibili packet: length, header length, version, operation, sequence number and body. */
export function packet(
  version: number,
  operation: number,
  body: string | Uint8Array,
  sequence = 1,
): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + bytes.length, 0);
  header.writeUInt16BE(16, 4);
  header.writeUInt16BE(version, 6);
  header.writeUInt32BE(operation, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, bytes]);
}
