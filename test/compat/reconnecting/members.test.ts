// Attributes that belong to the current connection, or that are kept across connections.
import { describe, expect } from "vitest";
import { checkTraces, echoServer, EventLog, rawServer } from "./support.js";
import { promise } from "./subjects.js";

checkTraces();

describe("binaryType", () => {
  promise('is "blob" at first, and messages are Blobs', async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    expect(socket.binaryType).toBe("blob");
    socket.send(Uint8Array.of(1, 2));
    const { data } = (await new EventLog(socket).next("message")).event;
    expect(data).toBeInstanceOf(Blob);
    expect(new Uint8Array(await (data as Blob).arrayBuffer())).toEqual(Uint8Array.of(1, 2));
  });

  promise("that is set before the first connection is kept across all", async ({ make }) => {
    const server = await echoServer({ onConnection: ({ ws }) => ws.send(Buffer.of(1, 2)) });
    const socket = make(server.url);
    socket.binaryType = "arraybuffer";
    expect(socket.binaryType).toBe("arraybuffer");
    const events = new EventLog(socket);
    for (let n = 0; n < 3; n++) {
      const { data } = (await events.next("message", n)).event;
      expect(data).toBeInstanceOf(ArrayBuffer);
      expect(new Uint8Array(data as ArrayBuffer)).toEqual(Uint8Array.of(1, 2));
      expect(socket.binaryType).toBe("arraybuffer");
      (await server.connection(n)).ws.terminate();
    }
    await events.next("open", 3);
  });

  promise("can be changed while a connection is open, also for the next one", async ({ make }) => {
    const server = await echoServer({ onConnection: ({ ws }) => ws.send(Buffer.of(1)) });
    const socket = make(server.url);
    const events = new EventLog(socket);
    expect((await events.next("message")).event.data).toBeInstanceOf(Blob);
    socket.binaryType = "arraybuffer";
    socket.send(Uint8Array.of(2));
    expect((await events.next("message", 1)).event.data).toBeInstanceOf(ArrayBuffer);
    (await server.connection()).ws.terminate();
    expect((await events.next("message", 2)).event.data).toBeInstanceOf(ArrayBuffer);
  });

  promise("leaves text as it is", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    socket.binaryType = "arraybuffer";
    socket.send("text");
    expect((await events.next("message")).event.data).toBe("text");
  });
});

describe("protocol and extensions", () => {
  promise("are empty before the first connection", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url, ["a"]);
    expect(socket.protocol).toBe("");
    expect(socket.extensions).toBe("");
    await new EventLog(socket).next("open");
  });

  promise("are those of the current connection", async ({ make }) => {
    const server = await echoServer({
      compression: true,
      handleProtocols: (names) => [...names][server.connections.length % 2] ?? false,
    });
    const socket = make(server.url, ["a", "b"]);
    const events = new EventLog(socket);
    for (const [n, expected] of ["a", "b", "a"].entries()) {
      await events.next("open", n);
      expect(socket.protocol).toBe(expected);
      expect(socket.extensions).toContain("permessage-deflate");
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 3);
  });

  promise("are empty if the server selects none", async ({ make }) => {
    const server = await rawServer();
    const socket = make(server.url);
    await new EventLog(socket).next("open");
    expect(socket.protocol).toBe("");
    expect(socket.extensions).toBe("");
  });
});

describe("url", () => {
  promise("is that of the current connection, as a WebSocket writes it", async ({ make }) => {
    const server = await echoServer();
    const urls = [`ws://127.0.0.1:${server.port}`, `${server.url}a b`];
    const socket = make(() => urls.shift() ?? server.url);
    const events = new EventLog(socket);
    await events.next("open");
    expect(socket.url).toBe(server.url);
    (await server.connection()).ws.close(1001);
    await events.next("open", 1);
    expect(socket.url).toBe(`${server.url}a%20b`);
  });
});
