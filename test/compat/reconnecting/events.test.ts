// The events of each connection and of each failed attempt.
import { describe, expect } from "vitest";
import { freePort } from "../../helpers/ports.js";
import {
  checkTraces,
  echoServer,
  EventLog,
  quiet,
  rawServer,
  refusingServer,
  withoutJitter,
} from "./support.js";
import { promise } from "./subjects.js";
import type { SocketEvent } from "./subjects.js";

checkTraces();

const CLOSE_FIRST = "its close event comes before its error event";

describe("each connection", () => {
  promise("fires open, its messages, and close", async ({ make }) => {
    const server = await echoServer();
    const events = new EventLog(make(server.url));
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      const { ws } = await server.connection(n);
      ws.send(`a${n}`);
      ws.send(`b${n}`);
      ws.close(4000 + n, `bye ${n}`);
    }
    await events.next("open", 3);
    const connection = ["open", "message", "message", "close"];
    expect(events.types).toEqual([...connection, ...connection, ...connection, "open"]);
    const data = events.of("message").map(({ event }) => event.data);
    expect(data).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
    for (const [n, { event }] of events.of("close").entries()) {
      expect(event).toMatchObject({ code: 4000 + n, reason: `bye ${n}`, wasClean: true });
    }
  });

  promise("calls the attributes onopen, onmessage and onclose", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    const calls: unknown[] = [];
    socket.onopen = ({ type }: SocketEvent) => calls.push(type);
    socket.onmessage = ({ data }: SocketEvent) => calls.push(data);
    socket.onclose = ({ code }: SocketEvent) => calls.push(code);
    for (let n = 0; n < 2; n++) {
      await events.next("open", n);
      const { ws } = await server.connection(n);
      ws.send("x");
      ws.close(4000);
    }
    await events.next("open", 2);
    expect(calls).toEqual(["open", "x", 4000, "open", "x", 4000, "open"]);
  });

  promise("delivers messages that come together with the handshake", async ({ make }) => {
    const server = await echoServer({ onConnection: ({ ws }) => ws.send("welcome") });
    const events = new EventLog(make(server.url));
    for (let n = 0; n < 5; n++) {
      expect((await events.next("message", n)).event.data).toBe("welcome");
      (await server.connection(n)).ws.terminate();
    }
    await events.next("open", 5);
    const order = events.types.filter((type) => type === "open" || type === "message");
    expect(order.slice(0, 10)).toEqual(Array(5).fill(["open", "message"]).flat());
  });

  promise(
    "that is lost fires close with 1006, which is not clean",
    async ({ make }) => {
      const server = await rawServer();
      const events = new EventLog(make(server.url));
      await events.next("open");
      (await server.connection()).socket.end();
      const { event } = await events.next("close");
      expect(event).toMatchObject({ code: 1006, wasClean: false });
      await events.next("open", 1);
    },
    { partysocket: "calls every end clean" },
  );

  promise(
    "that is lost fires error before close",
    async ({ make }) => {
      const server = await rawServer();
      const events = new EventLog(make(server.url));
      await events.next("open");
      (await server.connection()).reset();
      await events.next("open", 1);
      expect(events.types).toEqual(["open", "error", "close", "open"]);
    },
    { partysocket: CLOSE_FIRST, "reconnecting-websocket": CLOSE_FIRST },
  );

  promise(
    "that a server ends without a reason fires close with an empty one",
    async ({ make }) => {
      const server = await echoServer();
      const events = new EventLog(make(server.url));
      await events.next("open");
      (await server.connection()).ws.close(4000);
      expect((await events.next("close")).event.reason).toBe("");
      await events.next("open", 1);
    },
    { partysocket: 'says "unknown reason" in Node' },
  );
});

describe("each attempt that fails", () => {
  promise("fires error and close, each once, and not open", async ({ make }) => {
    const server = await refusingServer(3);
    const events = new EventLog(make(server.url));
    await events.next("open");
    expect(events.of("error")).toHaveLength(3);
    expect(events.of("close")).toHaveLength(3);
    expect(events.of("open")).toHaveLength(1);
    expect(server.connections).toHaveLength(4);
  });

  promise("calls onerror and onclose", async ({ make }) => {
    const server = await refusingServer(1);
    const socket = make(server.url);
    const calls: string[] = [];
    socket.onerror = ({ type }: SocketEvent) => calls.push(type);
    socket.onclose = ({ type }: SocketEvent) => calls.push(type);
    await new EventLog(socket).next("open");
    expect(calls.sort()).toEqual(["close", "error"]);
  });

  promise("describes the error", async ({ make }) => {
    const server = await refusingServer(1);
    const events = new EventLog(make(server.url));
    const { event } = await events.next("error");
    expect(event.error).toBeInstanceOf(Error);
    expect(event.message).toEqual(expect.stringMatching(/./));
    await events.next("open");
  });

  promise(
    "fires error before close, as a WebSocket does",
    async ({ make }) => {
      const server = await refusingServer(2);
      const events = new EventLog(make(server.url));
      await events.next("open");
      expect(events.types).toEqual(["error", "close", "error", "close", "open"]);
    },
    { partysocket: CLOSE_FIRST, "reconnecting-websocket": CLOSE_FIRST },
  );

  promise(
    "fires close with 1006, which is not clean",
    async ({ make }) => {
      const server = await refusingServer(1);
      const events = new EventLog(make(server.url));
      const { event } = await events.next("close");
      expect(event).toMatchObject({ code: 1006, reason: "", wasClean: false });
      await events.next("open");
    },
    { partysocket: "says 1000", "reconnecting-websocket": "says 1000" },
  );

  promise("because nothing listens is like any other", async ({ make }) => {
    const port = await freePort();
    const events = new EventLog(make(`ws://127.0.0.1:${port}/`));
    await events.next("close", 4);
    expect(events.of("error").length).toBeGreaterThanOrEqual(4);
    expect(events.of("open")).toHaveLength(0);
  });
});

describe("an event", () => {
  promise(
    "has the socket as its target",
    async ({ make }) => {
      const server = await echoServer({ onConnection: ({ ws }) => ws.send("x") });
      const socket = make(server.url);
      const events = new EventLog(socket);
      await events.next("message");
      (await server.connection()).ws.close(4000);
      await events.next("close");
      for (const { event } of events.all) expect(event.target).toBe(socket);
    },
    { "reconnecting-websocket": "shows the WebSocket below it" },
  );

  promise(
    "is an Event of the platform, and a message a MessageEvent",
    async ({ make }) => {
      const server = await echoServer({ onConnection: ({ ws }) => ws.send("x") });
      const events = new EventLog(make(server.url));
      expect((await events.next("open")).event).toBeInstanceOf(Event);
      expect((await events.next("message")).event).toBeInstanceOf(MessageEvent);
      (await server.connection()).ws.close(4000);
      expect((await events.next("close")).event).toBeInstanceOf(Event);
    },
    { "reconnecting-websocket": "passes on the event of the WebSocket below it" },
  );
});

describe("what a listener does to the socket", () => {
  for (const member of ["close", "reconnect"] as const) {
    promise(
      `by ${member}() is seen by each listener after the event itself`,
      async ({ make }) => {
        const server = await echoServer();
        const socket = make(server.url);
        socket.addEventListener("open", () => socket[member](), { once: true });
        const events = new EventLog(socket);
        await events.next("close");
        await quiet();
        const after = member === "reconnect" ? ["open"] : [];
        expect(events.types).toEqual(["open", "close", ...after]);
      },
      {
        partysocket: "fires close before the call returns",
        ...(member === "reconnect" && {
          "reconnecting-websocket": "fires close before the call returns",
        }),
      },
    );
  }
});

describe("in the pause before the next attempt", () => {
  promise("no event is fired", async ({ make }) => {
    withoutJitter();
    const server = await echoServer();
    const delays = { minReconnectionDelay: 400, maxReconnectionDelay: 400 };
    const events = new EventLog(make(server.url, undefined, delays));
    await events.next("open");
    (await server.connection()).ws.close(1001);
    await events.next("close");
    await quiet();
    expect(events.types).toEqual(["open", "close"]);
  });
});
