// retryCount and shouldReconnect.
import { describe, expect } from "vitest";
import { ms } from "../../helpers/time.js";
import {
  checkTraces,
  echoServer,
  eventually,
  EventLog,
  quiet,
  refusingServer,
  silentServer,
} from "./support.js";
import { HOUR, promise } from "./subjects.js";

checkTraces();

describe("retryCount", () => {
  promise("is 0 on the first attempt, and 1 more on each further one", async ({ make }) => {
    const server = await refusingServer(3);
    const counts: number[] = [];
    let retryCount = (): number => 0;
    const socket = make(() => {
      counts.push(retryCount());
      return server.url;
    });
    retryCount = () => socket.retryCount;
    expect(socket.retryCount).toBe(0);
    await new EventLog(socket).next("open");
    expect(counts).toEqual([0, 1, 2, 3]);
    expect(socket.retryCount).toBe(3);
  });

  promise("stays until the connection was open for minUptime, and then is 0", async ({ make }) => {
    const server = await refusingServer(2);
    const socket = make(server.url, undefined, { minUptime: ms(150) });
    const { time } = await new EventLog(socket).next("open");
    expect(socket.retryCount).toBe(2);
    await eventually(() => socket.retryCount === 0);
    expect(performance.now() - time).toBeGreaterThanOrEqual(ms(120));
  });

  promise("is 1 on the attempt after a stable connection", async ({ make }) => {
    const server = await echoServer();
    const counts: number[] = [];
    let retryCount = (): number => 0;
    const url = (): string => {
      counts.push(retryCount());
      return server.url;
    };
    const socket = make(url, undefined, { minUptime: ms(10) });
    retryCount = () => socket.retryCount;
    const events = new EventLog(socket);
    for (let n = 0; n < 2; n++) {
      await events.next("open", n);
      await quiet(30);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 2);
    expect(counts).toEqual([0, 1, 1]);
  });

  promise("counts on after a connection that was not stable", async ({ make }) => {
    const server = await echoServer();
    const counts: number[] = [];
    let retryCount = (): number => 0;
    const url = (): string => {
      counts.push(retryCount());
      return server.url;
    };
    const socket = make(url, undefined, { minUptime: HOUR });
    retryCount = () => socket.retryCount;
    const events = new EventLog(socket);
    for (let n = 0; n < 2; n++) {
      await events.next("open", n);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 2);
    expect(counts).toEqual([0, 1, 2]);
  });
});

describe("shouldReconnect", () => {
  const ABSENT = { "reconnecting-websocket": { untested: "does not have it" } };

  promise(
    "is true from the start until close(), whatever the connection does",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url);
      const events = new EventLog(socket);
      expect(socket.shouldReconnect).toBe(true);
      await events.next("open");
      expect(socket.shouldReconnect).toBe(true);
      (await server.connection()).ws.close(1001);
      await events.next("close");
      expect(socket.shouldReconnect).toBe(true);
      await events.next("open", 1);
      socket.close();
      expect(socket.shouldReconnect).toBe(false);
      await events.next("close", 1);
      expect(socket.shouldReconnect).toBe(false);
    },
    ABSENT,
  );

  promise(
    "is true again after reconnect()",
    async ({ make }) => {
      const server = await silentServer();
      const socket = make(server.url);
      socket.close();
      expect(socket.shouldReconnect).toBe(false);
      socket.reconnect();
      expect(socket.shouldReconnect).toBe(true);
    },
    ABSENT,
  );

  promise(
    "is false with startClosed, until reconnect()",
    async ({ make }) => {
      const server = await silentServer();
      const socket = make(server.url, undefined, { startClosed: true });
      expect(socket.shouldReconnect).toBe(false);
      socket.reconnect();
      expect(socket.shouldReconnect).toBe(true);
    },
    ABSENT,
  );

  promise(
    "is false when the attempts are used up",
    async ({ make }) => {
      const server = await refusingServer();
      const socket = make(server.url, undefined, { maxRetries: 1 });
      const events = new EventLog(socket);
      await events.next("close", 1);
      await quiet();
      expect(socket.shouldReconnect).toBe(false);
    },
    { ...ABSENT, partysocket: "stays true" },
  );
});
