import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect, createContext } from "../../src/node.js";
import type { WebSocketClass } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startScriptedServer } from "./scripted-server.js";
import { defineTransportSuite } from "./suite/define-transport-suite.js";
import { NODE_CAPABILITIES } from "./support.js";

checkLeaks();

defineTransportSuite({
  name: "Node",
  connect,
  createContext,
  capabilities: NODE_CAPABILITIES,
  startServer: () => startScriptedServer(),
});

const webSocket = WebSocket as unknown as WebSocketClass;

defineTransportSuite({
  name: "option webSocket",
  connect: (url, options) => connect(url, { ...options, webSocket }),
  createContext: (options) =>
    createContext({ ...options, defaults: { ...options?.defaults, webSocket } }),
  capabilities: {
    canPing: false,
    anyCloseCode: false,
    backpressure: "buffer",
    countsUnsent: true,
    handshake: false,
  },
  startServer: () => startScriptedServer(),
});

test("bufferedAmount counts messages that wait for the end of the current turn", async () => {
  await using server = await startEchoServer();
  const client = await connect(server.url);
  void client.send("the first message of a turn is written at once");
  void client.send("x".repeat(100));
  expect(client.bufferedAmount).toBeGreaterThanOrEqual(100);
  await client.flush();
  expect(client.bufferedAmount).toBe(0);
  await client.close();
});
