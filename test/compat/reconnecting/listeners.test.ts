// Listeners: the attributes, addEventListener with its options, and listeners that throw.
import { describe, expect } from "vitest";
import { collectUncaught } from "../../helpers/uncaught.js";
import { checkTraces, echoServer, EventLog, refusingServer, throwing } from "./support.js";
import { promise } from "./subjects.js";
import type { SocketEvent } from "./subjects.js";

checkTraces();

const NO_OPTIONS = { "reconnecting-websocket": "ignores the options of addEventListener" };

/** Starts a server that sends `count` messages on each connection. */
function chattyServer(count = 2) {
  return echoServer({
    onConnection: ({ ws }) => {
      for (let i = 0; i < count; i++) ws.send(String(i));
    },
  });
}

describe("the attributes", () => {
  promise("are null at first", ({ make }) => {
    const { onopen, onmessage, onclose, onerror } = make("ws://127.0.0.1:1/");
    expect([onopen, onmessage, onclose, onerror]).toEqual([null, null, null, null]);
  });

  promise("can be read, replaced and removed", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    const calls: string[] = [];
    const first = () => calls.push("first");
    socket.onmessage = first;
    expect(socket.onmessage).toBe(first);
    socket.send("x");
    await events.next("message");
    socket.onmessage = () => calls.push("second");
    socket.send("x");
    await events.next("message", 1);
    socket.onmessage = null;
    expect(socket.onmessage).toBeNull();
    socket.send("x");
    await events.next("message", 2);
    expect(calls).toEqual(["first", "second"]);
  });
});

describe("addEventListener", () => {
  promise("calls listeners in the order in which they were added", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const calls: number[] = [];
    for (let i = 0; i < 5; i++) socket.addEventListener("open", () => calls.push(i));
    await new EventLog(socket).next("open");
    expect(calls).toEqual([0, 1, 2, 3, 4]);
  });

  promise("takes an object with handleEvent", async ({ make }) => {
    const server = await chattyServer(1);
    const socket = make(server.url);
    const listener = {
      data: [] as unknown[],
      handleEvent({ data }: SocketEvent) {
        this.data.push(data);
      },
    };
    socket.addEventListener("message", listener);
    await new EventLog(socket).next("message");
    expect(listener.data).toEqual(["0"]);
  });

  promise(
    "adds the same listener once",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url);
      let calls = 0;
      const listener = () => calls++;
      socket.addEventListener("open", listener);
      socket.addEventListener("open", listener);
      await new EventLog(socket).next("open");
      expect(calls).toBe(1);
    },
    { "reconnecting-websocket": "adds it twice" },
  );

  promise(
    "with once calls the listener for one event, across connections",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      let calls = 0;
      socket.addEventListener("open", () => calls++, { once: true });
      await events.next("open");
      (await server.connection()).ws.close(1001);
      await events.next("open", 1);
      expect(calls).toBe(1);
    },
    NO_OPTIONS,
  );

  promise(
    "with signal calls the listener until the signal aborts",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      const controller = new AbortController();
      let calls = 0;
      socket.addEventListener("open", () => calls++, { signal: controller.signal });
      await events.next("open");
      controller.abort();
      (await server.connection()).ws.close(1001);
      await events.next("open", 1);
      expect(calls).toBe(1);
    },
    NO_OPTIONS,
  );
});

describe("removeEventListener", () => {
  promise("removes a function and an object", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    let calls = 0;
    const listener = () => calls++;
    const object = { handleEvent: listener };
    for (const one of [listener, object]) {
      socket.addEventListener("open", one);
      socket.removeEventListener("open", one);
    }
    socket.addEventListener("close", listener);
    socket.removeEventListener("open", listener);
    const events = new EventLog(socket);
    await events.next("open");
    expect(calls).toBe(0);
    (await server.connection()).ws.close(1001);
    await events.next("close");
    expect(calls).toBe(1);
  });

  promise("in the listener itself removes it for the next event", async ({ make }) => {
    const server = await chattyServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    let calls = 0;
    const listener = () => {
      calls++;
      socket.removeEventListener("message", listener);
    };
    socket.addEventListener("message", listener);
    await events.next("message", 1);
    expect(calls).toBe(1);
  });
});

describe("dispatchEvent", () => {
  promise("calls the listeners with an event of the user", ({ make }) => {
    const socket = make("ws://127.0.0.1:1/");
    const seen: unknown[] = [];
    socket.addEventListener("message", (event) => seen.push(event));
    const event = new MessageEvent("message", { data: "mine" });
    expect(socket.dispatchEvent(event)).toBe(true);
    expect(seen).toEqual([event]);
  });

  promise(
    "calls the attribute as well",
    ({ make }) => {
      const socket = make("ws://127.0.0.1:1/");
      const seen: unknown[] = [];
      socket.onmessage = (event) => seen.push(event);
      const event = new MessageEvent("message", { data: "mine" });
      socket.dispatchEvent(event);
      expect(seen).toEqual([event]);
    },
    {
      partysocket: "calls only the listeners",
      "reconnecting-websocket": "calls only the listeners",
    },
  );
});

describe("a listener that throws", () => {
  const THROWS_ON = {
    "reconnecting-websocket": { untested: "throws into the WebSocket below it" },
  };
  const THROWS_ON_BOTH = {
    ...THROWS_ON,
    partysocket: { untested: "throws into the WebSocket below it" },
  };

  for (const [how, deviations] of [
    ["addEventListener", THROWS_ON],
    ["attribute", THROWS_ON_BOTH],
  ] as const) {
    promise(
      `is reported as uncaught and stops nothing, by ${how}`,
      async ({ make }) => {
        const reported = collectUncaught();
        const server = await chattyServer(2);
        const socket = make(server.url);
        const errors = ["open", "message", "close"].map((type) => new Error(`thrown by ${type}`));
        for (const [i, type] of (["open", "message", "close"] as const).entries()) {
          const listener = throwing(errors[i] as Error);
          if (how === "attribute") socket[`on${type}`] = listener;
          else socket.addEventListener(type, listener);
        }
        const events = new EventLog(socket);
        for (let n = 0; n < 2; n++) {
          await events.next("message", 2 * n + 1);
          (await server.connection(n)).ws.close(1001);
        }
        await events.next("message", 5);
        socket.close();
        await events.next("close", 2);
        await new Promise(setImmediate);
        const [open, message, close] = errors;
        const connection = [open, message, message, close];
        expect(reported).toEqual([...connection, ...connection, ...connection]);
      },
      deviations,
    );

    promise(
      `of error is reported as uncaught, and the next attempt follows, by ${how}`,
      async ({ make }) => {
        const reported = collectUncaught();
        const server = await refusingServer(2);
        const socket = make(server.url);
        const error = new Error("thrown by error");
        const listener = throwing(error);
        if (how === "attribute") socket.onerror = listener;
        else socket.addEventListener("error", listener);
        await new EventLog(socket).next("open");
        await new Promise(setImmediate);
        expect(reported).toEqual([error, error]);
      },
      deviations,
    );
  }

  promise(
    "does not keep the queue from being sent",
    async ({ make }) => {
      collectUncaught();
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      socket.addEventListener("open", throwing(new Error("thrown by open")));
      socket.send("queued");
      expect((await events.next("message")).event.data).toBe("queued");
    },
    THROWS_ON,
  );
});
