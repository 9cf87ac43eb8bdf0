// The reconnecting client below a ReconnectingWebSocket: what it does, the socket's events show.
import { describe, expect, test } from "vitest";
import { open } from "./own-support.js";
import { checkTraces, echoServer, quiet } from "./support.js";

checkTraces();

describe("client", () => {
  test("is the reconnecting client, with the open connection", async () => {
    const server = await echoServer();
    const { socket, events } = open(server.url);
    expect(socket.client.state.type).toBe("connecting");
    await events.next("open");
    expect(socket.client.connection?.url).toBe(server.url);
    expect(await socket.client.ping()).toBeGreaterThanOrEqual(0);
  });

  test("that dials again before the close event of the last connection was dispatched", async () => {
    const server = await echoServer();
    const { socket, events } = open(server.url);
    await events.next("open");
    socket.client.onStatus(({ type }) => type === "waiting" && socket.client.reconnect());
    socket.onclose = () => socket.close();
    (await server.connection()).ws.close(1001);
    await events.next("close");
    await socket.client.closed;
    await quiet();
    // The dial that close() has cancelled was never visible, so it has no close event.
    expect(events.types).toEqual(["open", "close"]);
    expect(socket.readyState).toBe(socket.CLOSED);
  });
});

test("maxLifetime replaces the connection without an event", async () => {
  const server = await echoServer();
  const { socket, events } = open(server.url, { maxLifetime: "1s" });
  await events.next("open");
  const first = await server.connection(0);
  const second = await server.connection(1);
  await first.closed;
  socket.send("x");
  await events.next("message");
  expect(events.types).toEqual(["open", "message"]);
  second.ws.close(4001, "moved");
  // The end of the new connection is reported, not that of the old one.
  expect((await events.next("close")).event).toMatchObject({ code: 4001, reason: "moved" });
});

test("a connection that is lost while it is replaced is closed with its own code", async () => {
  const server = await echoServer();
  const { socket, events } = open(server.url, {
    onConnect: async () => {
      if (server.sockets < 2) return;
      const { connection } = socket.client;
      (await server.connection(0)).ws.terminate();
      await connection?.closed;
    },
  });
  await events.next("open");
  socket.client.reconnect();
  expect((await events.next("close")).event).toMatchObject({ code: 1006, wasClean: false });
  await events.next("open", 1);
  socket.send("x");
  await events.next("message");
  expect(events.types).toEqual(["open", "error", "close", "open", "message"]);
});
