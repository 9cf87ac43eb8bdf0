import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { bindConnect } from "../../src/context/connect.js";
import { nodeParsers } from "../../src/options/node-parsers.js";
import { dialBy, nodePlatform } from "../../src/transport/node/dial.js";
import { prepareTakeover } from "../../src/transport/node/socket-takeover.js";
import { createCertificate } from "../helpers/certificates.js";
import { collectGarbage } from "../helpers/collect-garbage.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { frame, OPCODE, pingFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawServer } from "../helpers/raw-server.js";
import { ROOT } from "../helpers/root.js";
import { TunnelAgent } from "../helpers/tunnel.js";
import { turns } from "../helpers/unit-clock.js";
import { WS_VERSIONS } from "../helpers/ws-versions.js";

checkLeaks();

const certificate = createCertificate();

test("the tested versions of ws include the oldest of the allowed range", async () => {
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const oldest = /^\^(\d+\.\d+\.\d+)$/.exec(dependencies.ws ?? "")?.[1];
  expect(WS_VERSIONS.map(({ version }) => version)).toContain(oldest);
});

/** The kinds of stream that a connection can run on: the server's TLS options and the client's agent. */
const STREAM_KINDS = [
  { kind: "TCP", tls: undefined, createAgent: () => new Agent() },
  { kind: "TLS", tls: certificate, createAgent: () => new TlsAgent() },
  { kind: "a Duplex", tls: undefined, createAgent: () => new TunnelAgent() },
] as const;

/** A connection that `ws` has opened, and the function that takes its socket over. */
interface Opened {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly takeSocket: () => Duplex | undefined;
}

/** Counts the listeners of each event. */
function listenersOf(socket: Duplex): Record<string, number> {
  const events = socket.eventNames().map((event) => [String(event), socket.listenerCount(event)]);
  return Object.fromEntries(events) as Record<string, number>;
}

describe.each(WS_VERSIONS)("ws $version", ({ WebSocket }) => {
  describe.each(STREAM_KINDS)("over $kind", ({ tls, createAgent }) => {
    const start = (glued?: Uint8Array): Promise<RawServer> =>
      startRawServer({ ...(tls && { tls }), onRequest: (peer) => peer.accept({}, glued) });

    /** Opens a connection, and calls `onOpen` while the event `open` is emitted. */
    async function open<T>(
      server: RawServer,
      onOpen: (opened: Opened) => T,
      onUpgrade?: (socket: Duplex) => void,
    ): Promise<T> {
      const ws = new WebSocket(server.url, { agent: createAgent(), ca: certificate.cert });
      return new Promise((resolve, reject) => {
        ws.on("error", reject);
        ws.once("upgrade", (response: IncomingMessage) => {
          const socket: Duplex = response.socket;
          const takeSocket = prepareTakeover(response);
          onUpgrade?.(socket);
          ws.once("open", () => {
            ws.removeAllListeners();
            try {
              resolve(onOpen({ ws, socket, takeSocket }));
            } catch (error) {
              reject(error);
            }
          });
        });
      });
    }

    /** Counts the listeners of a socket after an upgrade without `ws`. */
    async function bareListeners(server: RawServer): Promise<Record<string, number>> {
      const headers = { connection: "upgrade", upgrade: "websocket" };
      const options = { headers, agent: createAgent(), ca: certificate.cert };
      const bare = (tls ? requestTls : request)(server.url.replace(/^ws/, "http"), options).end();
      const [, socket] = (await once(bare, "upgrade")) as [unknown, Duplex];
      const listeners = listenersOf(socket);
      socket.destroy();
      return listeners;
    }

    test("leaves no listener of ws on the socket", async () => {
      await using server = await start();
      const expected = await bareListeners(server);
      await open(server, ({ socket, takeSocket }) => {
        expect(listenersOf(socket)).not.toEqual(expected);
        expect(takeSocket()).toBe(socket);
        expect(listenersOf(socket)).toEqual(expected);
        socket.destroy();
      });
    });

    test("keeps the bytes that arrived with the handshake response, and the bytes after them", async () => {
      const glued = Buffer.concat([textFrame("a"), pingFrame("b"), textFrame("c").subarray(0, 2)]);
      await using server = await start(glued);
      const received: Buffer[] = [];
      const socket = await open(server, ({ takeSocket }) => {
        const taken = takeSocket();
        taken?.on("data", (chunk: Buffer) => received.push(chunk));
        return taken;
      });
      server.connections[0]?.write("c");
      const expected = Buffer.concat([glued, Buffer.from("c")]);
      await expect.poll(() => Buffer.concat(received)).toEqual(expected);
      socket?.destroy();
    });

    test("leaves ws no part in the rest of the connection", async () => {
      await using server = await start();
      const seen = vi.fn();
      const socket = await open(server, ({ ws, takeSocket }) => {
        for (const event of ["message", "ping", "error", "close"]) ws.on(event, seen);
        return takeSocket() as Duplex;
      });
      socket.on("error", () => {}).resume();
      const peer = await server.connection();
      const data = once(socket, "data");
      // Only `ws` would send a pong, answer the close frame, or end the connection for the protocol error.
      peer.write(
        pingFrame("p"),
        textFrame("a"),
        frame({ opcode: OPCODE.CLOSE }),
        frame({ opcode: 3 }),
      );
      await data;
      await turns(10);
      expect(peer.bytesReceived).toBe(0);
      socket.write("x");
      await peer.until(() => peer.bytesReceived === 1);
      socket.destroy();
      await server.idle();
      expect(seen).not.toHaveBeenCalled();
    });

    test("lets the WebSocket be garbage-collected", async () => {
      await using server = await start();
      const [socket, ref] = await open(server, ({ ws, takeSocket }) => [
        takeSocket(),
        new WeakRef(ws),
      ]);
      await expect
        .poll(() => {
          collectGarbage();
          return ref.deref() === undefined;
        })
        .toBe(true);
      expect(socket?.destroyed).toBe(false);
      socket?.destroy();
    });

    test.each([
      ["two listeners for data", (socket: Duplex) => void socket.on("data", () => {})],
      [
        "a listener for readable instead of data",
        (socket: Duplex) => {
          const on = socket.on.bind(socket);
          socket.on = ((event: string, listener: () => void) =>
            on(event === "data" ? "readable" : event, listener)) as Duplex["on"];
        },
      ],
    ])("does not take over a socket with unknown listeners: %s", async (_, onUpgrade) => {
      await using server = await start();
      await open(
        server,
        ({ ws, socket, takeSocket }) => {
          const before = listenersOf(socket);
          expect(takeSocket()).toBeUndefined();
          expect(listenersOf(socket)).toEqual(before);
          ws.terminate();
        },
        onUpgrade,
      );
    });
  });
});

test("a response without a usable socket yields none", () => {
  for (const socket of [undefined, null, {}]) {
    expect(prepareTakeover({ socket } as unknown as IncomingMessage)()).toBeUndefined();
  }
});

test("a dial whose socket cannot be taken over uses the public interface of ws", async () => {
  await using server = await startEchoServer();
  const taken: unknown[] = [];
  const dial = dialBy(undefined, (response) => {
    const takeSocket = prepareTakeover(response);
    response.socket.on("data", () => {});
    return () => {
      const socket = takeSocket();
      taken.push(socket);
      return socket;
    };
  });
  const connect = bindConnect(() => ({ ...nodePlatform, parsers: nodeParsers, dial }));
  const client = await connect(server.url);
  expect(taken).toEqual([undefined]);
  await client.send("hello");
  expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
  expect(await client.ping()).toBeGreaterThanOrEqual(0);
  expect(await client.close(4000, "bye")).toMatchObject({ code: 4000, clean: true });
});
