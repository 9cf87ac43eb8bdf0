// readyState and its constants.
import { describe, expect } from "vitest";
import {
  checkTraces,
  echoServer,
  EventLog,
  rawServer,
  silentServer,
  withoutJitter,
} from "./support.js";
import { promise } from "./subjects.js";
import type { Socket } from "./subjects.js";

checkTraces();

describe("the constants", () => {
  promise("are 0 to 3, of the class and of each socket", ({ constants, make }) => {
    const socket = make("ws://127.0.0.1:1/");
    socket.close();
    for (const of of [constants, socket]) {
      const { CONNECTING, OPEN, CLOSING, CLOSED } = of;
      expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
    }
  });
});

describe("readyState", () => {
  promise("is CONNECTING after the constructor, and during a dial", async ({ make }) => {
    const server = await silentServer();
    const socket = make(server.url);
    expect(socket.readyState).toBe(0);
    await server.connection();
    expect(socket.readyState).toBe(0);
  });

  promise("is OPEN when open fires, and CLOSED when close fires", async ({ make }) => {
    const server = await echoServer();
    const events = new EventLog(make(server.url));
    for (let n = 0; n < 2; n++) {
      await events.next("open", n);
      (await server.connection(n)).ws.send("x");
      await events.next("message", n);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 2);
    expect(events.all.map(({ type, readyState }) => [type, readyState])).toEqual([
      ["open", 1],
      ["message", 1],
      ["close", 3],
      ["open", 1],
      ["message", 1],
      ["close", 3],
      ["open", 1],
    ]);
  });

  promise("is CONNECTING again during the next dial", async ({ make }) => {
    const server = await rawServer({
      onRequest: (connection) => server.connections.length === 1 && connection.accept(),
    });
    const socket = make(server.url);
    await new EventLog(socket).next("open");
    (await server.connection()).socket.destroy();
    await server.connection(1);
    expect(socket.readyState).toBe(0);
  });

  promise("is CLOSED in the pause between two attempts", async ({ make }) => {
    withoutJitter();
    const server = await echoServer();
    const delays = { minReconnectionDelay: 400, maxReconnectionDelay: 400 };
    const socket = make(server.url, undefined, delays);
    const events = new EventLog(socket);
    await events.next("open");
    (await server.connection()).ws.close(1001);
    await events.next("close");
    for (let turn = 0; turn < 5; turn++) {
      await new Promise(setImmediate);
      expect(socket.readyState).toBe(3);
    }
  });

  promise(
    "is CLOSING after close(), until the server has answered",
    async ({ make }) => {
      const server = await rawServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      await events.next("open");
      socket.close(4000, "bye");
      expect(socket.readyState).toBe(2);
      const connection = await server.connection();
      const { payload } = await connection.closeFrame();
      expect(events.of("close")).toHaveLength(0);
      connection.write(Buffer.concat([Uint8Array.of(0x88, payload.length), payload]));
      connection.socket.end();
      await events.next("close");
      expect(socket.readyState).toBe(3);
    },
    { partysocket: "fires close and is CLOSED when close() returns" },
  );

  promise("is CLOSED for good after close()", async ({ make }) => {
    const server = await echoServer();
    const sockets: Socket[] = [];
    for (let n = 0; n < 3; n++) {
      const socket = make(server.url);
      const events = new EventLog(socket);
      await events.next("open");
      socket.close();
      await events.next("close");
      sockets.push(socket);
    }
    for (const { readyState } of sockets) expect(readyState).toBe(3);
    expect(server.connections).toHaveLength(3);
  });
});
