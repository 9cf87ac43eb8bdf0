import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { WebSocketClass } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type {
  AttemptInfo,
  ReconnectingClient,
  ReconnectOptions,
} from "../../src/reconnect/node.js";
import { failureCode } from "../helpers/failure.js";
import { closeFrame, OPCODE } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { open, startFirstOnlyServer } from "./rotation-support.js";
import { numbersTo, startSessionServer } from "./session-server.js";
import { until } from "./support.js";

checkLeaks();

const BROWSER = { webSocket: WebSocket as unknown as WebSocketClass };
const PLATFORMS: [name: string, options: ReconnectOptions & { marker?: false }][] = [
  ["Node", {}],
  ["a browser's class", BROWSER],
];

describe.each(PLATFORMS)("reconnect() of an open client, with %s,", (_, platform) => {
  test("opens a second connection, and then closes the first with 1000", async () => {
    const { server } = await startSessionServer();
    const { client, statuses } = await open(server.url, platform);
    const old = client.connection;
    client.reconnect();
    const { ws } = await server.connection(1);
    const first = await server.connection(0);
    expect(first.ws.readyState).toBe(WebSocket.OPEN);
    expect(ws.readyState).toBe(WebSocket.OPEN);
    expect(await first.closed).toEqual({ code: 1000, reason: "" });
    await vi.waitFor(() => expect(client.connection).not.toBe(old));
    expect(statuses).toEqual(["open"]);
    expect(client.state).toMatchObject({ type: "open", attempt: 1 });
  });

  test("keeps the order of messages of both directions over many rotations", async () => {
    const session = await startSessionServer();
    const { client, statuses } = await open(session.server.url, platform);
    const rotations = platform === BROWSER ? 5 : 50;
    let sent = 0;
    const pump = setInterval(() => {
      for (let i = 0; i < 20; i++) void client.send(String(++sent));
      session.send(20);
    }, 1);
    const received: number[] = [];
    const reading = (async () => {
      for await (const { data } of client) received.push(Number(data));
    })();
    for (let i = 1; i <= rotations; i++) {
      const old = client.connection;
      client.reconnect();
      await old?.closed;
      await vi.waitFor(() => expect(client.connection).not.toBe(old), { interval: 1 });
    }
    clearInterval(pump);
    await client.flush();
    await vi.waitFor(() => expect(session.received.length).toBe(sent));
    await vi.waitFor(() => expect(received.length).toBe(session.lastSent));
    await client.close();
    await reading;
    expect(received).toEqual(numbersTo(session.lastSent));
    expect(session.received).toEqual(numbersTo(sent));
    expect(statuses).toEqual(["open", "closed"]);
    expect(session.server.sockets).toBe(rotations + 1);
  });

  test("keeps the old connection while attempts fail, and tries again by backoff", async () => {
    const { server } = await startSessionServer();
    const errors: (string | undefined)[] = [];
    let isFailing = false;
    const url = ({ lastError }: AttemptInfo): string => {
      errors.push(lastError?.code);
      return isFailing && errors.length < 5 ? "ws://127.0.0.1:1/" : server.url;
    };
    const { client, statuses } = await open(url, platform);
    const old = client.connection;
    isFailing = true;
    client.reconnect();
    await vi.waitFor(() => expect(errors.length).toBe(5));
    expect(await old?.closed).toMatchObject({ code: 1000, by: "local" });
    expect(errors).toEqual([undefined, undefined, "DIAL_FAILED", "DIAL_FAILED", "DIAL_FAILED"]);
    expect(statuses).toEqual(["open"]);
    await vi.waitFor(() => expect(client.state).toMatchObject({ type: "open", attempt: 4 }));
  });

  test("keeps the old connection if onConnect fails, and gives onConnect the new one", async () => {
    const { server } = await startSessionServer();
    const calls: unknown[] = [];
    const onConnect = (connection: unknown, info: unknown): void => {
      calls.push(info);
      expect(connection).not.toBe(client?.connection);
      if (calls.length === 2) throw new Error("not now");
    };
    let client: ReconnectingClient | undefined = undefined as ReconnectingClient | undefined;
    ({ client } = await open(server.url, { ...platform, onConnect }));
    client.reconnect();
    await vi.waitFor(() => expect(calls.length).toBe(3));
    expect(calls).toEqual([
      { attempt: 1, resumed: false },
      { attempt: 1, resumed: true },
      { attempt: 2, resumed: true },
    ]);
  });

  test("goes on if the server closes the old connection when the new one opens", async () => {
    const { server } = await startSessionServer((_connection, index) => {
      if (index > 0) server.connections[index - 1]?.ws.close(1000, "replaced");
    });
    const { client } = await open(server.url, platform);
    client.reconnect();
    await server.connection(1);
    await vi.waitFor(() => expect(client.connection?.state).toBe("open"));
    await client.send("1");
    expect(client.state.type).toBe("open");
  });

  test("goes on if the new connection is lost during the hand-over", async () => {
    const session = await startSessionServer(({ ws }, index) => {
      if (index === 1) setImmediate(() => ws.terminate());
    });
    const { client } = await open(session.server.url, platform);
    client.reconnect();
    await session.server.connection(2);
    await until(client, "open");
    await client.send("7");
    await vi.waitFor(() => expect(session.received).toEqual([7]));
  });

  test("during a rotation has no effect", async () => {
    const { server } = await startSessionServer();
    const { client } = await open(server.url, platform);
    client.reconnect();
    client.reconnect();
    await server.connection(1);
    client.reconnect();
    await (
      await server.connection(0)
    ).closed;
    await client.send("1");
    await client.flush();
    expect(server.sockets).toBe(2);
  });

  test("does not limit the sends of the hand-over by the queue", async () => {
    const session = await startSessionServer();
    const queue = { maxMessages: 0 };
    const { client } = await open(session.server.url, { ...platform, queue });
    const old = client.connection;
    client.reconnect();
    await session.server.connection(1);
    let last = 0;
    const sends: Promise<void>[] = [];
    while (old?.state !== "closed") {
      for (let i = 0; i < 50; i++) sends.push(client.send(String(++last)));
      await new Promise(setImmediate);
    }
    await Promise.all(sends);
    await client.flush();
    await vi.waitFor(() => expect(session.received.length).toBe(last));
    expect(session.received).toEqual(numbersTo(last));
  });

  test.each(["close", "terminate", "suspend"] as const)(
    "is ended by %s() at any moment, without a third connection",
    async (method) => {
      for (let turns = 0; turns < 40; turns += 3) {
        const { server } = await startSessionServer();
        const { client } = await open(server.url, platform);
        client.reconnect();
        for (let i = 0; i < turns; i++) await new Promise(setImmediate);
        await client[method]();
        if (method === "suspend") expect(client.state.type).toBe("suspended");
        else expect((await client.closed).by).toBe("local");
        for (const { closed } of server.connections) await closed;
        expect(server.sockets).toBeLessThanOrEqual(2);
        client.terminate();
      }
    },
  );
});

describe("reconnect() of an open client", () => {
  test("waits as long as Retry-After says before it tries again", async () => {
    let refusals = 0;
    await using server = await startRawServer({
      onRequest: (connection) => {
        if (server.connections.length === 1) connection.accept();
        else {
          refusals++;
          connection.refuse("503 Service Unavailable", { "Retry-After": "3600" });
        }
      },
    });
    const { client } = await open(server.url);
    client.reconnect();
    await vi.waitFor(() => expect(refusals).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(refusals).toBe(1);
    // Another call ends the pause.
    client.reconnect();
    await vi.waitFor(() => expect(refusals).toBe(2));
    expect(client.state.type).toBe("open");
  });

  test("reports the loss of the connection while its successor is dialled", async () => {
    await using server = await startFirstOnlyServer();
    const { client, statuses } = await open(server.url, { dialTimeout: ms(200) });
    const first = await server.connection(0);
    client.reconnect();
    const second = await server.connection(1);
    first.socket.destroy();
    await until(client, "connecting");
    second.accept();
    await until(client, "open");
    await client.send("x");
    await second.frame(OPCODE.TEXT);
    expect(statuses).toEqual(["open", "connecting", "open"]);
    // The request is fulfilled: there is no second rotation.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.connections.length).toBe(2);
  });

  test("close() after the loss of the connection, while its successor is dialled, is a local close", async () => {
    await using server = await startFirstOnlyServer();
    const { client } = await open(server.url);
    const first = await server.connection(0);
    client.reconnect();
    await server.connection(1);
    first.socket.destroy();
    await until(client, "connecting");
    const info = await client.close(3000, "bye");
    expect(info).toMatchObject({ code: 3000, reason: "bye", by: "local" });
    expect(info.error).toBeUndefined();
  });

  test("a stable connection that is replaced resets the count of attempts", async () => {
    let dials = 0;
    const session = await startSessionServer();
    const url = (): string => (++dials < 3 ? "ws://127.0.0.1:1/" : session.server.url);
    const { client } = await open(url, { maxAttempts: 3, stableAfter: 20 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.reconnect();
    await (
      await session.server.connection(0)
    ).closed;
    await vi.waitFor(() => expect(client.connection?.state).toBe("open"));
    session.server.connections[1]?.ws.terminate();
    await session.server.connection(2);
    await until(client, "open");
  });

  test("judges the end of the old connection if its successor fails", async () => {
    await using server = await startFirstOnlyServer();
    const { client } = await open(server.url);
    const first = await server.connection(0);
    client.reconnect();
    const second = await server.connection(1);
    first.write(closeFrame(1000));
    await until(client, "connecting");
    second.socket.destroy();
    expect(await client.closed).toMatchObject({ code: 1000, by: "peer" });
  });
});

test("reconnect() cuts a pause short and dials as attempt 1", async () => {
  const attempts: number[] = [];
  const url = ({ attempt }: AttemptInfo): string => {
    attempts.push(attempt);
    return "ws://127.0.0.1:1/";
  };
  const client = reconnecting(url, { backoff: { min: 1, max: "1h", factor: 100 } });
  await until(client, "waiting", ({ attempt }) => attempt === 4);
  client.reconnect();
  await vi.waitFor(() => expect(attempts.slice(0, 4)).toEqual([1, 2, 3, 1]));
  await client.close();
});

test("reconnect() starts a suspended client", async () => {
  const { server } = await startSessionServer();
  const client = reconnecting(server.url, { autoStart: false });
  client.reconnect();
  await until(client, "open");
  await client.suspend();
  client.reconnect();
  await until(client, "open");
  expect(server.sockets).toBe(2);
  await client.close();
});

test("reconnect() has no effect after the end", async () => {
  const client = reconnecting("ws://127.0.0.1:1/", { autoStart: false });
  await client.close();
  client.reconnect();
  expect(client.state.type).toBe("closed");
  expect(await failureCode(client.send("x"))).toBe("CLOSED");
});

test("leaves no connection on the server", async () => {
  const { server } = await startSessionServer();
  const { client } = await open(server.url);
  client.reconnect();
  await (
    await server.connection(0)
  ).closed;
  await client.close();
  const { ws } = await server.connection(1);
  if (ws.readyState !== WebSocket.CLOSED) await once(ws, "close");
});
