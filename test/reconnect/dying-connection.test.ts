import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { reconnecting } from "../../src/reconnect/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const CONNECTIONS = 200;

test("a failed send in onConnect does not end the client", { timeout: ms(30_000) }, async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  let opened = 0;
  server.on("connection", async (socket) => {
    opened++;
    await sleep(opened % 3);
    socket.terminate();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = reconnecting(`ws://127.0.0.1:${port}`, {
    backoff: { min: 0.1, max: 0.1 },
    maxAttempts: 1_000_000,
    onConnect: async (connection) => {
      for (;;) {
        await connection.send("x");
        // Some sends meet a socket that has just been reset, before the client has noticed.
        await (opened % 2 ? sleep(0) : undefined);
      }
    },
  });
  while (opened < CONNECTIONS && client.state.type !== "closed") await sleep(5);
  expect(client.state).not.toMatchObject({ type: "closed" });
  await client.close();
  server.close();
});
