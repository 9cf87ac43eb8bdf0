import { on, once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { afterEach, beforeEach, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { startDemoServer } from "../../../examples/server/index.mjs";

/** A message of the demo server, parsed. */
export type Body = Record<string, unknown>;

/** A plain `ws` connection to the demo server. */
export interface Peer {
  readonly ws: WebSocket;
  readonly send: (request: unknown) => void;
  /** Resolves with the next message, parsed. */
  readonly next: () => Promise<Body>;
}

/** The demo server of the current test. */
export interface DemoServer {
  readonly server: Awaited<ReturnType<typeof startDemoServer>>;
  /** Opens a connection with plain `ws`, which is terminated when the test ends. */
  readonly open: (path: string) => Promise<Peer>;
  /** Returns a raw socket after a completed upgrade. It answers no frames. */
  readonly openRaw: (path: string) => Promise<Socket>;
}

/** Starts a demo server before each test of a file, and closes it afterwards. */
export function useDemoServer(): DemoServer {
  let server: DemoServer["server"];
  beforeEach(async () => {
    server = await startDemoServer();
  });
  afterEach(() => server.close());

  return {
    get server() {
      return server;
    },

    async open(path) {
      const ws = new WebSocket(server.url + path);
      onTestFinished(() => ws.terminate());
      const messages = on(ws, "message");
      await once(ws, "open");
      return {
        ws,
        send: (request) => ws.send(typeof request === "string" ? request : JSON.stringify(request)),
        next: async () => {
          const { value } = (await messages.next()) as { value: [Buffer, boolean] };
          return JSON.parse(value[0].toString()) as Body;
        },
      };
    },

    async openRaw(path) {
      const request = httpRequest(`http://127.0.0.1:${server.port}${path}`, {
        headers: {
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Version": "13",
          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
      });
      request.end();
      const [, socket] = (await once(request, "upgrade")) as [IncomingMessage, Socket];
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => {});
      return socket;
    },
  };
}
