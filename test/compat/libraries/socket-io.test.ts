import { io, WebSocket as WebSocketTransport } from "socket.io-client";
import type { ManagerOptions, Socket, SocketOptions } from "socket.io-client";
import { expect, test } from "vitest";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { ms } from "../../helpers/time.js";
import { WebSocket } from "../class.js";
import { startSocketIoServer } from "../servers/socket-io.js";

checkLeaks();

function open(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Socket & Disposable {
  // #region setup
  class Transport extends WebSocketTransport {
    override createSocket(url: string) {
      const socket = new WebSocket(url);
      // In Node, Socket.IO sets "nodebuffer", which the standard does not have and the class ignores.
      socket.binaryType = "arraybuffer";
      return socket;
    }
  }
  const socket = io(url, {
    transports: [Transport],
    // #endregion
    forceNew: true,
    reconnectionDelay: ms(10),
    ...options,
    // #region setup
  });
  // #endregion
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() });
}

const next = (socket: Pick<Socket, "once">, event: string): Promise<unknown[]> =>
  new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => resolve(args));
  });

test("socket.io connects over the class alone, and gets acknowledgements", async () => {
  await using server = await startSocketIoServer();
  using socket = open(server.url);
  await next(socket, "connect");
  expect(socket.io.engine.transport.name).toBe("websocket");
  const ws = (socket.io.engine.transport as unknown as { readonly ws: unknown }).ws;
  expect(ws).toBeInstanceOf(WebSocket);
  expect(await socket.emitWithAck("echo", { text: "hello" })).toEqual({ text: "hello" });
});

test("socket.io sends and gets bytes", async () => {
  await using server = await startSocketIoServer();
  using socket = open(server.url);
  const bytes = Uint8Array.from({ length: 1_000 }, (_, n) => n);
  const echoed = (await socket.emitWithAck("echo", { bytes })) as { readonly bytes: Buffer };
  expect(new Uint8Array(echoed.bytes)).toEqual(bytes);
});

test("socket.io reconnects after the server has cut the connection, and sends what was buffered", async () => {
  await using server = await startSocketIoServer();
  using socket = open(server.url);
  await next(socket, "connect");
  server.cut();
  const [reason] = await next(socket, "disconnect");
  expect(reason).toMatch(/^transport (close|error)$/);
  expect(await socket.emitWithAck("echo", "buffered")).toBe("buffered");
});

test("socket.io learns that the server has disconnected it", async () => {
  await using server = await startSocketIoServer();
  using socket = open(server.url);
  await next(socket, "connect");
  const disconnected = next(socket, "disconnect");
  server.io.disconnectSockets();
  expect((await disconnected)[0]).toBe("io server disconnect");
});

test("the pings of the socket.io server keep an idle connection open", async () => {
  await using server = await startSocketIoServer();
  using socket = open(server.url);
  await next(socket, "connect");
  const { engine } = socket.io;
  for (let n = 0; n < 3; n++) await new Promise<void>((resolve) => engine.once("ping", resolve));
  expect(socket.io.engine).toBe(engine);
  expect(socket.connected).toBe(true);
});

test("socket.io reports failed dials, and keeps trying", async () => {
  using socket = open(`http://127.0.0.1:${await freePort()}`);
  const errors = [await next(socket, "connect_error"), await next(socket, "connect_error")];
  expect(errors.map(([error]) => (error as Error).message)).toEqual([
    "websocket error",
    "websocket error",
  ]);
});
