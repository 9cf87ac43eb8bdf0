// reconnect() after the end.
import { beforeEach, describe, expect, vi } from "vitest";
import {
  checkTraces,
  echoServer,
  EventLog,
  quiet,
  recordingServer,
  refusingServer,
  withoutJitter,
} from "./support.js";
import { promise } from "./subjects.js";

checkTraces();

// `partysocket` warns of messages that are sent after `close()`.
beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue());

const DEAD = "stays dead after close(), unless a connection was open";

describe("reconnect() after close()", () => {
  promise("opens a connection again, with the same listeners", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    let opened = 0;
    socket.onopen = () => opened++;
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      socket.send(String(n));
      expect((await events.next("message", n)).event.data).toBe(String(n));
      socket.close();
      await events.next("close", n);
      expect(socket.readyState).toBe(socket.CLOSED);
      socket.reconnect();
    }
    await events.next("open", 3);
    expect(opened).toBe(4);
    // It also reconnects by itself again.
    (await server.connection(3)).ws.terminate();
    await events.next("open", 4);
  });

  promise("sends what was sent in between", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.close();
    await events.next("close");
    socket.send("1");
    socket.send("2");
    socket.reconnect();
    socket.send("3");
    expect(await received(3)).toEqual(["1", "2", "3"]);
  });

  promise(
    "sends what waited when close() was called",
    async ({ make }) => {
      const { server, received } = await recordingServer();
      let isUp = false;
      const socket = make(() => (isUp ? server.url : "ws://127.0.0.1:1/"));
      const events = new EventLog(socket);
      socket.send("1");
      await events.next("close");
      await new Promise(setImmediate);
      socket.close();
      isUp = true;
      await quiet();
      expect(socket.bufferedAmount).toBe(1);
      socket.reconnect();
      expect(await received(1)).toEqual(["1"]);
    },
    { "reconnecting-websocket": DEAD },
  );

  promise("before the close handshake has ended opens another connection", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.close(4000);
    socket.reconnect();
    await events.next("open", 1);
    await quiet();
    expect(events.types).toEqual(["open", "close", "open"]);
    expect((await (await server.connection()).closed).code).toBe(4000);
    expect(server.sockets).toBe(2);
  });

  promise(
    "in the turn of the constructor opens a connection",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      socket.close();
      await quiet();
      socket.reconnect();
      await events.next("open");
      expect(server.sockets).toBe(1);
    },
    { "reconnecting-websocket": DEAD },
  );

  promise(
    "in a pause opens a connection",
    async ({ make }) => {
      withoutJitter();
      const server = await refusingServer(1);
      const delays = { minReconnectionDelay: 100, maxReconnectionDelay: 100 };
      const socket = make(server.url, undefined, delays);
      const events = new EventLog(socket);
      await events.next("close");
      await new Promise(setImmediate);
      socket.close();
      await quiet(200);
      socket.reconnect();
      await events.next("open");
      expect(server.connections).toHaveLength(2);
    },
    { "reconnecting-websocket": "stays dead" },
  );

  promise("in a listener of close opens a connection", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    let isFirst = true;
    socket.onclose = () => {
      if (isFirst) socket.reconnect();
      isFirst = false;
    };
    socket.close();
    await events.next("open", 1);
    expect(events.types).toEqual(["open", "close", "open"]);
  });
});

describe("reconnect() after the last attempt", () => {
  promise(
    "sends what waited, and what was sent since",
    async ({ make }) => {
      const { server, received } = await recordingServer();
      let isUp = false;
      const url = (): string => (isUp ? server.url : "ws://127.0.0.1:1/");
      const socket = make(url, undefined, { maxRetries: 1 });
      const events = new EventLog(socket);
      socket.send("1");
      await events.next("close", 1);
      await quiet();
      socket.send("2");
      expect(socket.bufferedAmount).toBe(2);
      isUp = true;
      socket.reconnect();
      socket.send("3");
      expect(await received(3)).toEqual(["1", "2", "3"]);
    },
    { "reconnecting-websocket": "stays dead" },
  );

  promise(
    "tries again, as often as at first",
    async ({ make }) => {
      const server = await refusingServer(3);
      const socket = make(server.url, undefined, { maxRetries: 1 });
      const events = new EventLog(socket);
      await events.next("close", 1);
      await quiet();
      expect(server.connections).toHaveLength(2);
      socket.reconnect();
      await events.next("open");
      expect(server.connections).toHaveLength(4);
    },
    { "reconnecting-websocket": "stays dead" },
  );
});
