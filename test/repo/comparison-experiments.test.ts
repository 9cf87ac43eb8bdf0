import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket as PartySocket } from "partysocket";
import Reconnecting from "reconnecting-websocket";
import { webSocket } from "rxjs/webSocket";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import WebSocket from "ws";
import type { ErrorEvent } from "ws";

// The experiments that docs/comparison.md names as sources, where the code of a package is not clear.

/** Starts a server that answers each handshake with 401. `attempts(n)` resolves after the n-th one. */
async function startRefusing() {
  const headers: (string | undefined)[] = [];
  const waiters = new Map<number, () => void>();
  const server = createServer();
  server.on("upgrade", (request, socket) => {
    headers.push(request.headers.authorization);
    waiters.get(headers.length)?.();
    // Clients that are closed during a dial reset the connection.
    socket.on("error", () => {});
    socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    headers,
    attempts: (count: number) =>
      new Promise<void>((resolve) => {
        waiters.set(count, resolve);
        if (headers.length >= count) resolve();
      }),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const REFUSED = "Unexpected server response: 401";

test.each([
  { name: "reconnecting-websocket", Class: Reconnecting },
  { name: "partysocket", Class: PartySocket },
])("$name goes on after a 401, which is a text of its error event", async ({ Class }) => {
  await using server = await startRefusing();
  const socket = new Class(server.url, [], { WebSocket, minReconnectionDelay: 1 });
  const messages: string[] = [];
  socket.onerror = ({ message }: { readonly message: string }) => messages.push(message);
  await server.attempts(3);
  socket.close();
  expect(messages[0]).toBe(REFUSED);
});

test("rxjs fails with an event that has the 401 as a text", async () => {
  await using server = await startRefusing();
  const WebSocketCtor = WebSocket as unknown as typeof globalThis.WebSocket;
  const event = await new Promise<ErrorEvent>((resolve) => {
    webSocket({ url: server.url, WebSocketCtor }).subscribe({ error: resolve });
  });
  expect(event.message).toBe(REFUSED);
});

test("socket.io-client sends headers in Node, and goes on after a 401", async () => {
  await using server = await startRefusing();
  const socket = io(server.url, {
    transports: ["websocket"],
    reconnectionDelay: 1,
    extraHeaders: { authorization: "Bearer token" },
    forceNew: true,
  });
  await server.attempts(3);
  socket.disconnect();
  expect(server.headers[0]).toBe("Bearer token");
});

test("the error of ws for a 401 has no code, and its option signal ends a dial", async () => {
  await using server = await startRefusing();
  const failure = (options: object) =>
    new Promise<Error>((resolve) => {
      new WebSocket(server.url, options).on("error", resolve);
    });
  const refused = await failure({});
  expect(refused.message).toBe(REFUSED);
  expect(refused).not.toHaveProperty("code");
  expect(await failure({ signal: AbortSignal.abort() })).toMatchObject({ name: "AbortError" });
});

test("socket.io-client keeps 5,000 events that were emitted offline", () => {
  const socket = io("ws://127.0.0.1:1", { autoConnect: false, forceNew: true });
  for (let i = 0; i < 5_000; i++) socket.emit("event", i);
  expect(socket.sendBuffer).toHaveLength(5_000);
});
