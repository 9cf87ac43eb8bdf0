import { createServer, connect as dial } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";
import { describe, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { createCertificate } from "../helpers/certificates.js";
import { closeOf, deflate, fragments, frame, OPCODE, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { Random } from "../helpers/unit-random.js";
import { runAll, tally } from "../faults/support.js";

checkLeaks();

const certificate = createCertificate();

/** The number of connections for each flood of a test; a third of them over TLS. */
const CONNECTION_COUNT = 12;

const MESSAGE_BYTES = 16_384;
/** The number of buffered bytes at which the server stops writing for one turn of the event loop. */
const MAX_BUFFERED_BYTES = 1_048_576;

/** A relay that, like many intermediaries, destroys both sides at once when one of them ends or resets. */
interface Relay extends AsyncDisposable {
  readonly url: string;
  /** Stops relaying from the server to the client until {@link resume}. */
  pause(): void;
  resume(): void;
}

async function startRelay(url: string): Promise<Relay> {
  const sockets = new Set<Socket>();
  const servers = new Set<Socket>();
  let isHeld = false;
  const listener = createServer((client) => {
    const server = dial(Number(new URL(url).port), "127.0.0.1");
    servers.add(server);
    for (const socket of [client, server]) {
      sockets.add(socket);
      for (const event of ["end", "error", "close"]) {
        socket.on(event, () => {
          client.destroy();
          server.destroy();
        });
      }
      socket.setNoDelay();
    }
    client.on("data", (chunk) => server.write(chunk));
    server.on("data", (chunk) => {
      if (!client.write(chunk)) server.pause();
    });
    client.on("drain", () => isHeld || server.resume());
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    url: url.replace(/:\d+/, `:${port}`),
    pause() {
      isHeld = true;
      for (const server of servers) server.pause();
    },
    resume() {
      isHeld = false;
      for (const server of servers) server.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

/** The messages of a server that writes as fast as it can. */
const FLOODS: Readonly<Record<string, readonly Buffer[]>> = {
  "whole messages": [textFrame("x".repeat(MESSAGE_BYTES))],
  "messages in fragments": fragments(OPCODE.TEXT, Buffer.alloc(MESSAGE_BYTES, "x"), 1_000),
  "a message that never ends": [frame({ opcode: OPCODE.CONTINUATION, fin: false, payload: "x" })],
  "compressed messages": [
    frame({ opcode: OPCODE.TEXT, rsv1: true, payload: deflate("x".repeat(MESSAGE_BYTES)) }),
  ],
};

interface Row {
  readonly name: string;
  readonly code: number;
  readonly error?: string;
  readonly options?: ConnectOptions;
  /** A frame that violates the protocol, sent among the others. */
  readonly fault?: Buffer;
  /** Ends the connection from the client. */
  readonly end?: (client: Client) => void;
  /** The floods that can cause this end. Default: all. */
  readonly floods?: readonly string[];
  /** True if the server's messages arrive only after the connection has ended. */
  readonly isSilentBefore?: boolean;
}

const WHOLE = ["whole messages", "messages in fragments", "compressed messages"];

const ROWS: readonly Row[] = [
  {
    name: "a protocol violation",
    code: 1002,
    error: "PROTOCOL_ERROR",
    fault: frame({ opcode: 3 }),
  },
  {
    name: "invalid UTF-8",
    code: 1007,
    error: "PROTOCOL_ERROR",
    fault: textFrame(Buffer.of(0xff)),
    floods: WHOLE,
  },
  {
    name: "a codec error",
    code: 1007,
    error: "INVALID_MESSAGE",
    options: {
      codec: {
        name: "failing",
        decoder: () => () => {
          throw new Error("as planned");
        },
      },
    },
    floods: WHOLE,
  },
  {
    name: "an exceeded bufferLimit",
    code: 1008,
    error: "SLOW_CONSUMER",
    options: { backpressure: "buffer", bufferLimit: 65_536 },
    floods: WHOLE,
  },
  {
    name: "a message over readLimit",
    code: 1009,
    error: "MESSAGE_TOO_BIG",
    options: { readLimit: MESSAGE_BYTES - 1 },
  },
  {
    name: "a read timeout",
    code: 3008,
    error: "READ_TIMEOUT",
    options: { readTimeout: ms(30) },
    isSilentBefore: true,
  },
  {
    name: "a keep-alive timeout",
    code: 3008,
    error: "KEEPALIVE_TIMEOUT",
    options: { keepAlive: { interval: ms(30), timeout: ms(30) } },
    isSilentBefore: true,
  },
  { name: "close()", code: 4001, end: (client) => void client.close(4001) },
];

/** Writes as fast as the client reads, until a close frame has arrived. Then it ends TCP. */
async function flood(
  peer: RawConnection,
  frames: readonly Buffer[],
  fault: Buffer | undefined,
  random: Random,
): Promise<void> {
  const { socket } = peer;
  const hasCloseFrame = (): boolean => peer.frames.some(({ opcode }) => opcode === OPCODE.CLOSE);
  let untilFault = fault ? random.below(50) : Infinity;
  if (frames[0] && (frames[0][0] as number) === 0) peer.write(frame({ opcode: 1, fin: false }));
  const batch = Buffer.concat(Array.from({ length: 4 }, () => Buffer.concat(frames)));
  while (!hasCloseFrame() && !socket.destroyed) {
    if (untilFault-- === 0) socket.write(fault as Buffer);
    if (socket.writableLength < MAX_BUFFERED_BYTES) socket.write(batch);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
}

async function run(
  server: RawServer,
  row: Row,
  name: string,
  isRelayed: boolean,
  seed: number,
): Promise<string> {
  const random = new Random(seed);
  const path = crypto.randomUUID();
  const isHeld = row.isSilentBefore === true;
  await using relay = isRelayed || isHeld ? await startRelay(server.url) : undefined;
  const client = await connect(`${relay?.url ?? server.url}${path}`, {
    closeTimeout: ms(10_000),
    ...(name === "compressed messages" && { compression: 1 }),
    ...(server.url.startsWith("wss") && { node: { tls: { ca: certificate.cert } } }),
    ...row.options,
  });
  const peer = server.connections.find(({ request }) => request?.path === `/${path}`);
  if (!peer) throw new Error(`the server has no connection with the path /${path}`);
  if (isHeld) relay?.pause();
  const flooded = flood(peer, FLOODS[name] as Buffer[], row.fault, random);
  if (row.error !== "SLOW_CONSUMER") void discardMessages(client);
  if (row.end) setTimeout(row.end, random.below(20), client);
  const { code, sentCode, error } = await client.closed;
  relay?.resume();
  await flooded;
  await peer.closed;
  const [closed] = peer.frames.filter(({ opcode }) => opcode === OPCODE.CLOSE);
  client.terminate();
  return describeResult(closed ? closeOf(closed).code : undefined, sentCode, code, error?.code);
}

function describeResult(
  closeCode?: number,
  sent?: number,
  code?: number,
  error = "no error",
): string {
  return `wire: close with ${closeCode}; sentCode ${sent}; closed with ${code}, ${error}`;
}

async function discardMessages(client: Client): Promise<void> {
  while ((await client.receive()).ok);
}

const WAYS = [
  { name: "over TCP", isRelayed: false },
  { name: "through a relay that destroys both sides at once", isRelayed: true },
  { name: "over TLS", isRelayed: false, tls: certificate },
];

describe.each(byName(WAYS))("a server that keeps writing %s", (_, { isRelayed, tls }) => {
  test.for(byName(ROWS))(
    "receives the close frame of the client after %s",
    { timeout: ms(60_000) },
    async ([, row], context) => {
      await using server = await startRawServer({
        ...(tls && { tls }),
        onRequest: (peer) => {
          const isCompressed = "sec-websocket-extensions" in (peer.request?.headers ?? {});
          peer.accept(isCompressed ? { "Sec-WebSocket-Extensions": "permessage-deflate" } : {});
        },
      });
      const cases = (row.floods ?? Object.keys(FLOODS)).flatMap((name) =>
        Array.from({ length: CONNECTION_COUNT / (tls ? 3 : 1) }, (__, seed) => ({ name, seed })),
      );
      const results = await runAll(
        cases,
        ({ name, seed }) => run(server, row, name, isRelayed, seed),
        4,
      );
      conclude(context, {
        cases: cases.length,
        expected: describeResult(row.code, row.code, row.code, row.error),
        happened: tally(results),
      });
    },
  );
});
