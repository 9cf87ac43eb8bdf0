// close(): in each state, and from each listener.
import { describe, expect } from "vitest";
import { ms } from "../../helpers/time.js";
import {
  checkTraces,
  echoServer,
  EventLog,
  quiet,
  rawServer,
  recordingServer,
  refusingServer,
  sendNumbers,
  silentServer,
  withoutJitter,
} from "./support.js";
import { promise } from "./subjects.js";

checkTraces();

describe("close() of an open connection", () => {
  promise("tells the server code and reason, and ends with one close event", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.close(4001, "bye");
    const { event } = await events.next("close");
    expect(event).toMatchObject({ code: 4001, reason: "bye", wasClean: true });
    expect(await (await server.connection()).closed).toEqual({ code: 4001, reason: "bye" });
    await quiet();
    expect(events.types).toEqual(["open", "close"]);
    expect(server.sockets).toBe(1);
    expect(socket.readyState).toBe(socket.CLOSED);
  });

  promise("without a code tells the server 1000", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    await new EventLog(socket).next("open");
    socket.close();
    expect(await (await server.connection()).closed).toEqual({ code: 1000, reason: "" });
  });

  promise("lets out what was sent before", async ({ make }) => {
    const { server, messages } = await recordingServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    const sent = sendNumbers(socket);
    socket.close();
    await (
      await server.connection()
    ).closed;
    expect(messages).toEqual(sent);
  });

  promise("when it opens lets out the whole queue", async ({ make }) => {
    const { server, messages } = await recordingServer();
    const socket = make(server.url);
    socket.onopen = () => socket.close();
    for (let i = 0; i < 100; i++) socket.send(new Uint8Array(65_536).fill(i));
    const { closed } = await server.connection();
    await closed;
    const bytes = messages.map((message) => (message as Buffer)[0]);
    expect(bytes).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  promise(
    "fires nothing after its close event, even if the server keeps on sending",
    async ({ make }) => {
      const server = await echoServer({
        onConnection: ({ ws }) => {
          const flood = setInterval(() => ws.send("flood"), 1);
          ws.on("close", () => clearInterval(flood));
        },
      });
      const socket = make(server.url);
      const events = new EventLog(socket);
      await events.next("message", 3);
      socket.close();
      await events.next("close");
      const { length } = events.all;
      await quiet();
      expect(events.all).toHaveLength(length);
    },
  );

  promise("again changes nothing", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.close(4001, "first");
    socket.close(4002, "second");
    await events.next("close");
    socket.close(4003, "third");
    expect((await (await server.connection()).closed).code).toBe(4001);
    await quiet();
    expect(events.types).toEqual(["open", "close"]);
  });

  promise("at the same time as the server's own fires one close event", async ({ make }) => {
    for (let round = 0; round < 10; round++) {
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      await events.next("open");
      const { ws } = await server.connection();
      ws.close(1001);
      socket.close();
      await events.next("close");
      await quiet(5);
      expect(events.types).toEqual(["open", "close"]);
      expect(server.sockets).toBe(1);
    }
  });

  for (const [what, code, reason, name] of [
    ["a code that is reserved", 1005, "", "InvalidAccessError"],
    ["a code that only servers use", 1001, "", "InvalidAccessError"],
    ["a reason of 124 bytes", 1000, "x".repeat(124), "SyntaxError"],
  ] as const) {
    promise(
      `throws for ${what}, and stays open`,
      async ({ make }) => {
        const server = await echoServer();
        const socket = make(server.url);
        const events = new EventLog(socket);
        await events.next("open");
        expect(() => socket.close(code, reason)).toThrow(expect.objectContaining({ name }));
        expect(socket.readyState).toBe(socket.OPEN);
        socket.send("x");
        await events.next("message");
      },
      {
        partysocket: "swallows the exception and is never closed",
        "reconnecting-websocket": "throws another error, and does not reconnect later",
      },
    );
  }
});

describe("close() before a connection is open", () => {
  promise("in the turn of the constructor makes no connection", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    socket.close();
    await quiet();
    expect(server.sockets).toBe(0);
    expect(events.of("open")).toHaveLength(0);
  });

  promise(
    "in the turn of the constructor fires one close event, and it is CLOSED",
    async ({ make }) => {
      const socket = make("ws://127.0.0.1:1/");
      const events = new EventLog(socket);
      socket.close();
      await events.next("close");
      await quiet();
      expect(events.of("close")).toHaveLength(1);
      expect(socket.readyState).toBe(socket.CLOSED);
    },
    {
      partysocket: "fires nothing",
      "reconnecting-websocket": "fires nothing and stays CONNECTING",
    },
  );

  promise("while its function for the URL runs makes no connection", async ({ make }) => {
    const server = await echoServer();
    let answer: (url: string) => void = () => {};
    let calls = 0;
    const url = new Promise<string>((resolve) => (answer = resolve));
    const socket = make(() => {
      calls++;
      return url;
    });
    const events = new EventLog(socket);
    while (calls === 0) await quiet(1);
    socket.close();
    answer(server.url);
    await quiet();
    expect(server.sockets).toBe(0);
    expect(events.of("open")).toHaveLength(0);
    expect(calls).toBe(1);
  });

  promise("while it dials cuts the dial, and fires one close event", async ({ make }) => {
    const server = await silentServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    const connection = await server.connection();
    socket.close();
    await events.next("close");
    await connection.closed;
    await quiet();
    expect(socket.readyState).toBe(socket.CLOSED);
    expect(events.of("close")).toHaveLength(1);
    expect(events.of("open")).toHaveLength(0);
    expect(server.connections).toHaveLength(1);
  });

  promise("in the pause between two attempts ends it without another event", async ({ make }) => {
    withoutJitter();
    const server = await refusingServer();
    const delays = { minReconnectionDelay: ms(50), maxReconnectionDelay: ms(50) };
    const socket = make(server.url, undefined, delays);
    const events = new EventLog(socket);
    await events.next("error");
    await events.next("close");
    // The packages begin the pause with the close event, and fire the error event after it.
    await new Promise(setImmediate);
    socket.close();
    expect(socket.readyState).toBe(socket.CLOSED);
    const { length } = events.all;
    await quiet(150);
    expect(server.connections).toHaveLength(1);
    expect(events.all).toHaveLength(length);
  });
});

describe("close() in a listener", () => {
  for (const type of ["open", "message"] as const) {
    promise(`of ${type} ends it`, async ({ make }) => {
      const server = await echoServer({ onConnection: ({ ws }) => ws.send("x") });
      const socket = make(server.url);
      socket[`on${type}`] = () => socket.close(4000);
      const events = new EventLog(socket);
      await events.next("close");
      expect((await (await server.connection()).closed).code).toBe(4000);
      await quiet();
      expect(events.of("close")).toHaveLength(1);
      expect(server.sockets).toBe(1);
    });
  }

  for (const type of ["error", "close"] as const) {
    promise(`of ${type}, after an attempt that failed, ends it`, async ({ make }) => {
      const server = await refusingServer();
      const socket = make(server.url);
      socket[`on${type}`] = () => socket.close();
      const events = new EventLog(socket);
      await events.next("close");
      await quiet();
      expect(events.of("close")).toHaveLength(1);
      expect(events.of("error")).toHaveLength(1);
      expect(server.connections).toHaveLength(1);
      expect(socket.readyState).toBe(socket.CLOSED);
    });
  }

  promise("of close, after a connection that was open, ends it", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    socket.onclose = () => socket.close();
    const events = new EventLog(socket);
    await events.next("open");
    (await server.connection()).ws.close(1001);
    await events.next("close");
    await quiet();
    expect(events.types).toEqual(["open", "close"]);
    expect(server.sockets).toBe(1);
  });
});

describe("a server that does not answer close()", () => {
  promise("gets no further connection", async ({ make }) => {
    const server = await rawServer({
      onRequest: (connection) => {
        connection.accept();
        connection.onData = () => {};
      },
    });
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.close();
    await quiet();
    expect(server.connections).toHaveLength(1);
    (await server.connection()).socket.destroy();
    await events.next("close");
    await quiet();
    expect(events.of("close")).toHaveLength(1);
    expect(server.connections).toHaveLength(1);
  });
});
