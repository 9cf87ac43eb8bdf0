import { afterEach, expect, test, vi } from "vitest";
import { ReconnectingWebSocket, WebSocket } from "../../src/compat/node.js";
import type { SocketErrorEvent } from "../../src/compat/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();
afterEach(() => void vi.unstubAllGlobals());

test.each([
  ["WebSocket", WebSocket],
  ["ReconnectingWebSocket", ReconnectingWebSocket],
])("%s ends the connection if the platform has no Blob for a message", async (_, Class) => {
  await using server = await startEchoServer({
    onConnection: ({ ws }) => ws.send(new Uint8Array(1)),
  });
  vi.stubGlobal("Blob", undefined);
  const socket = new Class(server.url);
  const failed = new Promise<SocketErrorEvent>((resolve) => (socket.onerror = resolve));
  const { error } = await failed;
  expect(error.code).toBe("UNSUPPORTED");
  expect((await (await server.connection()).closed).code).toBe(1011);
  socket.close();
});
