// The events that start an attempt, the number of attempts, and retryCount.
import { describe, expect } from "vitest";
import { ms } from "../../helpers/time.js";
import { checkTraces, echoServer, EventLog, quiet, rawServer, refusingServer } from "./support.js";
import { HOUR, promise } from "./subjects.js";

checkTraces();

describe("the next attempt follows", () => {
  for (const code of [1000, 1001, 1002, 1003, 1008, 1009, 1011, 3000, 4000, 4999]) {
    promise(`a close by the server with ${code}`, async ({ make }) => {
      const server = await echoServer();
      const events = new EventLog(make(server.url));
      await events.next("open");
      (await server.connection()).ws.close(code);
      expect((await events.next("close")).event.code).toBe(code);
      await events.next("open", 1);
    });
  }

  promise("a close by the server without a code", async ({ make }) => {
    const server = await echoServer();
    const events = new EventLog(make(server.url));
    await events.next("open");
    (await server.connection()).ws.close();
    await events.next("close");
    await events.next("open", 1);
  });

  for (const how of ["end", "destroy", "resetAndDestroy"] as const) {
    promise(`a connection that is lost by ${how}()`, async ({ make }) => {
      const server = await rawServer();
      const events = new EventLog(make(server.url));
      await events.next("open");
      (await server.connection()).socket[how]();
      await events.next("open", 1);
      expect(events.of("close")).toHaveLength(1);
    });
  }

  promise("a server that breaks the protocol", async ({ make }) => {
    const server = await rawServer();
    const events = new EventLog(make(server.url));
    await events.next("open");
    (await server.connection()).write(Uint8Array.of(0xff, 0xff, 0xff));
    await events.next("open", 1);
    expect(events.of("close")).toHaveLength(1);
    expect(events.of("error")).toHaveLength(1);
  });

  for (const status of [400, 401, 403, 404, 429, 500, 503]) {
    promise(`a handshake that is refused with ${status}`, async ({ make }) => {
      const server = await refusingServer(1, `${status} No`);
      const events = new EventLog(make(server.url));
      await events.next("open");
      expect(events.of("error")).toHaveLength(1);
    });
  }

  promise("a connection that ends in the middle of the handshake", async ({ make }) => {
    let requests = 0;
    const server = await rawServer({
      onRequest: (connection) =>
        requests++ === 0 ? connection.socket.destroy() : connection.accept(),
    });
    const events = new EventLog(make(server.url));
    await events.next("open");
    expect(events.of("error")).toHaveLength(1);
  });
});

describe("connectionTimeout", () => {
  promise("ends an attempt that gets no answer, and the next one follows", async ({ make }) => {
    const server = await rawServer({
      onRequest: (connection) => server.connections.length === 3 && connection.accept(),
    });
    const socket = make(server.url, undefined, { connectionTimeout: ms(50) });
    const events = new EventLog(socket);
    await events.next("open");
    expect(events.of("error")).toHaveLength(2);
    expect(events.of("close")).toHaveLength(2);
    expect(events.of("open")).toHaveLength(1);
    await (
      await server.connection(0)
    ).closed;
    await (
      await server.connection(1)
    ).closed;
  });

  promise("does not end a connection that is open", async ({ make }) => {
    const server = await echoServer();
    const events = new EventLog(make(server.url, undefined, { connectionTimeout: ms(40) }));
    await events.next("open");
    await quiet(120);
    expect(events.types).toEqual(["open"]);
  });

  promise(
    "ends an attempt whose function for the URL does not answer",
    async ({ make }) => {
      const server = await echoServer();
      let calls = 0;
      const url = (): Promise<string> =>
        calls++ === 0 ? new Promise<never>(() => {}) : Promise.resolve(server.url);
      const socket = make(url, undefined, { connectionTimeout: ms(50) });
      const events = new EventLog(socket);
      await events.next("open");
      expect(events.of("error")).toHaveLength(1);
    },
    {
      partysocket: "waits for the function for ever",
      "reconnecting-websocket": "waits for the function for ever",
    },
  );
});

describe("the number of attempts", () => {
  promise("is unlimited, also before the first connection", async ({ make }) => {
    const server = await refusingServer(25);
    const events = new EventLog(make(server.url));
    await events.next("open");
    expect(server.connections).toHaveLength(26);
    expect(events.of("close")).toHaveLength(25);
  });

  for (const maxRetries of [0, 1, 3]) {
    promise(`is ${maxRetries + 1} with maxRetries ${maxRetries}`, async ({ make }) => {
      const server = await refusingServer();
      const socket = make(server.url, undefined, { maxRetries });
      const events = new EventLog(socket);
      await events.next("close", maxRetries);
      await quiet();
      expect(server.connections).toHaveLength(maxRetries + 1);
      expect(events.of("error")).toHaveLength(maxRetries + 1);
      expect(events.of("close")).toHaveLength(maxRetries + 1);
      expect(socket.readyState).toBe(socket.CLOSED);
      expect(socket.retryCount).toBe(maxRetries);
    });
  }

  promise("with maxRetries begins anew after each stable connection", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url, undefined, { maxRetries: 2, minUptime: ms(10) });
    const events = new EventLog(socket);
    for (let n = 0; n < 5; n++) {
      await events.next("open", n);
      await quiet(30);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 5);
  });

  promise(
    "with maxRetries is as large after a stable connection as at first",
    async ({ make }) => {
      let requests = 0;
      const server = await rawServer({
        onRequest: (connection) =>
          requests++ === 0
            ? connection.accept()
            : connection.refuse("503 Later", { Connection: "close" }),
      });
      const socket = make(server.url, undefined, { maxRetries: 2, minUptime: ms(10) });
      const events = new EventLog(socket);
      await events.next("open");
      await quiet(30);
      (await server.connection()).socket.destroy();
      await events.next("close", 2);
      await quiet();
      expect(server.connections).toHaveLength(3);
    },
    { wschan: "counts all attempts, and after a stable connection each is a retry" },
  );

  promise("with maxRetries also counts connections that were not stable", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url, undefined, { maxRetries: 2, minUptime: HOUR });
    const events = new EventLog(socket);
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("close", 2);
    await quiet();
    expect(server.sockets).toBe(3);
    expect(events.of("close")).toHaveLength(3);
  });
});
