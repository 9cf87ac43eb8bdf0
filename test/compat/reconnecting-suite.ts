import { expect, test } from "vitest";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";
import { startWsServer } from "./servers/ws-server.js";
import type { WsServer } from "./servers/ws-server.js";

/** The members that partysocket and reconnecting-websocket share. */
export interface Reconnecting {
  binaryType: BinaryType;
  readonly readyState: number;
  readonly retryCount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string | ArrayBuffer): void;
  close(code?: number, reason?: string): void;
  reconnect(code?: number, reason?: string): void;
}

const startEcho = (): Promise<WsServer> =>
  startWsServer({
    onConnection: (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })),
  });

type Name = "open" | "message" | "close" | "error";

/** Settles with the next event. */
function next<E = unknown>(socket: Reconnecting, name: Name): Promise<E> {
  return new Promise((resolve) => {
    socket[`on${name}`] = resolve;
  });
}

/** Tests a class that reconnects, which `open` constructs over the class under test. */
export function testReconnecting(
  what: string,
  open: (url: string) => Reconnecting & Disposable,
): void {
  checkLeaks();

  test(`${what} sends what it buffered before it was open, and gets messages`, async () => {
    await using server = await startEcho();
    using socket = open(server.url);
    socket.send("early");
    expect(await next(socket, "message")).toMatchObject({ data: "early" });
    expect(socket.readyState).toBe(1);
  });

  test(`${what} passes binaryType on to each connection`, async () => {
    await using server = await startEcho();
    using socket = open(server.url);
    socket.binaryType = "arraybuffer";
    await next(socket, "open");
    for (const isSecond of [false, true]) {
      socket.send(new Uint8Array([1, 2, 3]).buffer);
      const { data } = await next<MessageEvent<ArrayBuffer>>(socket, "message");
      expect(data).toBeInstanceOf(ArrayBuffer);
      expect([...new Uint8Array(data)]).toEqual([1, 2, 3]);
      if (isSecond) break;
      socket.reconnect();
      await next(socket, "open");
    }
  });

  test(`${what} connects again after the server has cut the connection`, async () => {
    await using server = await startEcho();
    using socket = open(server.url);
    await next(socket, "open");
    const closed = next(socket, "close");
    server.cut();
    // Its code is 1000: after an `error` event, these packages make an event of their own.
    await closed;
    socket.send("again");
    expect(await next(socket, "message")).toMatchObject({ data: "again" });
    expect(server.connections).toHaveLength(2);
  });

  test(`${what} connects again after the server has closed the connection`, async () => {
    await using server = await startEcho();
    using socket = open(server.url);
    await next(socket, "open");
    const closed = next(socket, "close");
    server.connections[0]?.socket.close(4000, "come back");
    expect(await closed).toMatchObject({ code: 4000, reason: "come back" });
    await next(socket, "open");
    expect(server.connections).toHaveLength(2);
  });

  test(`reconnect of ${what} closes with its code, and connects again`, async () => {
    await using server = await startEcho();
    using socket = open(server.url);
    await next(socket, "open");
    socket.reconnect(4001, "moving");
    await next(socket, "open");
    expect(await server.connections[0]?.closed).toBe(4001);
    expect(server.connections).toHaveLength(2);
  });

  test(`${what} counts failed attempts`, async () => {
    using socket = open(`ws://127.0.0.1:${await freePort()}`);
    for (let n = 0; n < 3; n++) await next(socket, "error");
    expect(socket.retryCount).toBeGreaterThanOrEqual(2);
  });

  test(`close of ${what} closes with its code, and is final`, async () => {
    await using server = await startEcho();
    using socket = open(server.url);
    await next(socket, "open");
    const closed = next(socket, "close");
    socket.close(4002, "bye");
    expect(await closed).toMatchObject({ code: 4002, reason: "bye" });
    expect(await server.connections[0]?.closed).toBe(4002);
    expect(socket.readyState).toBeGreaterThanOrEqual(2);
    expect(server.connections).toHaveLength(1);
  });

  test(`close of ${what} while it connects leaves no connection`, async () => {
    await using server = await startEcho();
    const socket = open(server.url);
    socket.close();
    // A second one shows that the server had time to accept the first one.
    using second = open(server.url);
    await next(second, "open");
    const states = server.connections.map(({ socket }) => socket.readyState);
    expect(states.filter((state) => state === second.readyState)).toHaveLength(1);
  });
}
