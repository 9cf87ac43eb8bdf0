// reconnect(): in each state, and after the end.
import { beforeEach, describe, expect, vi } from "vitest";
import {
  checkTraces,
  echoServer,
  EventLog,
  quiet,
  rawServer,
  recordingServer,
  refusingServer,
  sendNumbers,
  withoutJitter,
} from "./support.js";
import { HOUR, promise } from "./subjects.js";

checkTraces();

// `partysocket` warns of messages that are sent after `close()`.
beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue());

describe("reconnect() of an open connection", () => {
  promise("closes it with code and reason, and opens another", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.reconnect(4001, "again");
    await events.next("open", 1);
    expect(events.types).toEqual(["open", "close", "open"]);
    expect((await events.next("close")).event).toMatchObject({ code: 4001, reason: "again" });
    const first = await server.connection(0);
    expect(await first.closed).toEqual({ code: 4001, reason: "again" });
    socket.send("x");
    expect((await events.next("message")).event.data).toBe("x");
    expect(server.sockets).toBe(2);
  });

  promise("without a code closes it with 1000", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.reconnect();
    expect((await (await server.connection()).closed).code).toBe(1000);
    expect((await events.next("close")).event).toMatchObject({ code: 1000 });
    await events.next("open", 1);
  });

  promise("waits for no delay", async ({ make }) => {
    withoutJitter();
    const server = await echoServer();
    const delays = { minReconnectionDelay: HOUR, maxReconnectionDelay: HOUR };
    const socket = make(server.url, undefined, delays);
    const events = new EventLog(socket);
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      socket.reconnect();
    }
    await events.next("open", 3);
  });

  promise("takes the URL from its function again", async ({ make }) => {
    const server = await echoServer();
    let path = "a";
    const socket = make(() => server.url + path);
    const events = new EventLog(socket);
    await events.next("open");
    path = "b";
    socket.reconnect();
    await events.next("open", 1);
    expect(socket.url).toBe(`${server.url}b`);
    expect((await server.connection(1)).request.url).toBe("/b");
  });

  promise("delivers nothing of the old connection any more", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    const { ws } = await server.connection();
    const flood = setInterval(() => ws.send("old"), 1);
    ws.on("close", () => clearInterval(flood));
    await events.next("message");
    socket.reconnect();
    await events.next("open", 1);
    await quiet();
    const types = events.types;
    expect(types.lastIndexOf("message")).toBeLessThan(types.lastIndexOf("open"));
  });

  promise("queues what is sent before the next one is open", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.send("old");
    await received(1);
    socket.reconnect();
    socket.send("new");
    expect(await received(2)).toEqual(["old", "new"]);
    expect(server.sockets).toBe(2);
  });

  promise("lets out what was sent before", async ({ make }) => {
    const { server, messages } = await recordingServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    const sent = sendNumbers(socket);
    socket.reconnect();
    await (
      await server.connection()
    ).closed;
    expect(messages).toEqual(sent);
    await events.next("open", 1);
  });

  promise("when it opens lets out the whole queue", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    let isFirst = true;
    socket.onopen = () => {
      if (isFirst) socket.reconnect();
      isFirst = false;
    };
    const events = new EventLog(socket);
    for (let i = 0; i < 100; i++) socket.send(new Uint8Array(65_536).fill(i));
    await events.next("open", 1);
    const bytes = (await received(100)).map((message) => (message as Buffer)[0]);
    expect(bytes).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  promise("sets retryCount to 0", async ({ make }) => {
    const server = await refusingServer(3);
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    expect(socket.retryCount).toBe(3);
    socket.reconnect();
    expect(socket.retryCount).toBe(0);
    await events.next("open", 1);
    expect(socket.retryCount).toBe(0);
  });

  promise(
    "twice in one turn opens one other connection",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      await events.next("open");
      socket.reconnect();
      socket.reconnect();
      await events.next("open", 1);
      await quiet();
      expect(events.types).toEqual(["open", "close", "open"]);
      expect(server.sockets).toBe(2);
    },
    { "reconnecting-websocket": "fires close twice" },
  );

  promise("opens another, even if the server does not answer the close", async ({ make }) => {
    const server = await rawServer({
      onRequest: (connection) => {
        connection.accept();
        connection.onData = () => {};
      },
    });
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.reconnect();
    await events.next("open", 1);
    expect(events.types).toEqual(["open", "close", "open"]);
    (await server.connection()).socket.destroy();
    await quiet();
    expect(events.types).toEqual(["open", "close", "open"]);
  });
});

describe("reconnect() before a connection is open", () => {
  promise("in the turn of the constructor makes one connection", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    socket.reconnect();
    await events.next("open");
    await quiet();
    expect(server.sockets).toBe(1);
    expect(events.types).toEqual(["open"]);
  });

  promise("during a dial cuts it and makes another", async ({ make }) => {
    const server = await rawServer({
      onRequest: (connection) => server.connections.length === 2 && connection.accept(),
    });
    const socket = make(server.url);
    const events = new EventLog(socket);
    const first = await server.connection();
    socket.reconnect();
    await events.next("open");
    await first.closed;
    expect(events.of("open")).toHaveLength(1);
    expect(events.of("close")).toHaveLength(1);
    expect(server.connections).toHaveLength(2);
    expect(socket.retryCount).toBe(0);
  });

  promise("in the pause between two attempts sets retryCount to 0", async ({ make }) => {
    withoutJitter();
    const server = await refusingServer(1);
    const delays = { minReconnectionDelay: 200, maxReconnectionDelay: 200 };
    const socket = make(server.url, undefined, delays);
    const events = new EventLog(socket);
    await events.next("close");
    await new Promise(setImmediate);
    expect(socket.retryCount).toBe(1);
    socket.reconnect();
    expect(socket.retryCount).toBe(0);
    await events.next("open");
    expect(socket.retryCount).toBe(0);
  });

  promise(
    "in the pause between two attempts dials at once",
    async ({ make }) => {
      withoutJitter();
      const server = await refusingServer(1);
      // The timer of a package outlives the test.
      const delays = { minReconnectionDelay: 1_500, maxReconnectionDelay: 1_500 };
      const socket = make(server.url, undefined, delays);
      const events = new EventLog(socket);
      const { time } = await events.next("close");
      await new Promise(setImmediate);
      socket.reconnect();
      expect((await events.next("open")).time - time).toBeLessThan(1_200);
      expect(events.of("close")).toHaveLength(1);
    },
    {
      partysocket: "waits until the pause is over",
      "reconnecting-websocket": "waits until the pause is over",
    },
  );
});

describe("reconnect() in a listener", () => {
  for (const type of ["open", "message"] as const) {
    promise(`of ${type} opens another connection`, async ({ make }) => {
      const server = await echoServer({ onConnection: ({ ws }) => ws.send("x") });
      const socket = make(server.url);
      let calls = 0;
      socket[`on${type}`] = () => {
        if (calls++ < 2) socket.reconnect();
      };
      const events = new EventLog(socket);
      await events.next("open", 2);
      await quiet();
      expect(events.of("open")).toHaveLength(3);
      expect(events.of("close")).toHaveLength(2);
      expect(server.sockets).toBe(3);
    });
  }

  promise(
    "of error makes the next attempt",
    async ({ make }) => {
      const server = await refusingServer(3);
      const socket = make(server.url);
      socket.onerror = () => socket.reconnect();
      const events = new EventLog(socket);
      await events.next("open");
      await quiet();
      expect(events.of("open")).toHaveLength(1);
      expect(events.of("close")).toHaveLength(3);
      expect(server.connections).toHaveLength(4);
    },
    { "reconnecting-websocket": "fires close twice" },
  );
});
