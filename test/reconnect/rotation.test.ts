import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { WebSocketClass } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type {
  AttemptInfo,
  ReconnectingClient,
  ReconnectOptions,
  Status,
} from "../../src/reconnect/node.js";
import { failureCode } from "../helpers/failure.js";
import { closeFrame, OPCODE, textFrame, frame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { numbersTo, startSessionServer } from "./session-server.js";
import { FAST_OPTIONS, until } from "./support.js";

checkLeaks();

async function open(
  url: string | ((info: AttemptInfo) => string),
  options: ReconnectOptions & { marker?: false } = {},
): Promise<{ readonly client: ReconnectingClient; readonly statuses: Status["type"][] }> {
  const client = reconnecting(url, { ...FAST_OPTIONS, ...options });
  onTestFinished(async () => {
    client.terminate();
    await client.closed;
  });
  const statuses: Status["type"][] = [];
  client.onStatus(({ type }) => statuses.push(type));
  await until(client, "open");
  return { client, statuses };
}

/** Receives `count` messages and returns them as numbers. */
async function receiveNumbers(client: ReconnectingClient, count: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < count) {
    numbers.push(Number((await client.receive({ timeout: ms(5_000) })).value?.data));
  }
  return numbers;
}

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

/** Sends a pong for each ping of a connection. */
function answerPings(connection: RawConnection): void {
  connection.onFrame = ({ opcode, payload }) => {
    if (opcode === OPCODE.PING) connection.write(frame({ opcode: OPCODE.PONG, payload }));
  };
}

describe("reconnect() of an open client", () => {
  test("delivers what the server sends before it answers the close frame, and then the rest", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
      },
    });
    const { client } = await open(server.url);
    const first = await server.connection(0);
    client.reconnect();
    const second = await server.connection(1);
    second.write(textFrame("4"), textFrame("5"));
    await first.closeFrame();
    await client.send("over the new connection");
    expect((await second.frame(OPCODE.TEXT)).payload.toString()).toBe("over the new connection");
    first.write(textFrame("1"), textFrame("2"), textFrame("3"));
    first.write(closeFrame(1000));
    first.socket.end();
    expect(await receiveNumbers(client, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  test("sends over the new connection only after the pong of the old one", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const { client } = await open(server.url);
    const first = await server.connection(0);
    await client.send("old");
    client.reconnect();
    const second = await server.connection(1);
    answerPings(second);
    const ping = await first.frame(OPCODE.PING);
    const sent = client.send("new");
    const flushed = client.flush();
    expect(second.frames.filter(({ opcode }) => opcode === OPCODE.TEXT)).toEqual([]);
    first.write(frame({ opcode: OPCODE.PONG, payload: ping.payload }));
    await Promise.all([sent, flushed, second.frame(OPCODE.TEXT), first.closeFrame()]);
    expect(first.frames.map(({ opcode }) => opcode)).toEqual([
      OPCODE.TEXT,
      OPCODE.PING,
      OPCODE.CLOSE,
    ]);
  });

  test("sends what waits for the pong before close() closes the connection", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const { client } = await open(server.url);
    const first = await server.connection(0);
    client.reconnect();
    await first.frame(OPCODE.PING);
    for (const connection of server.connections) {
      connection.onFrame = ({ opcode }) => {
        if (opcode === OPCODE.CLOSE) connection.socket.end(closeFrame(3000));
      };
    }
    const sent = client.send("last");
    expect(await client.close(3000)).toMatchObject({ code: 3000, clean: true });
    await sent;
    expect(first.frames.map(({ opcode }) => opcode)).toEqual([
      OPCODE.PING,
      OPCODE.TEXT,
      OPCODE.CLOSE,
    ]);
  });

  test("keeps a connection whose server reads nothing while its own writes block", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
        if (server.connections.length === 1) connection.socket.pause();
      },
    });
    const { client } = await open(server.url, { closeTimeout: 100, keepAlive: false });
    const first = await server.connection(0);
    const sent = client.send(new Uint8Array(16 * 2 ** 20));
    const pump = setInterval(() => first.write(textFrame("0")), 10);
    onTestFinished(() => clearInterval(pump));
    const old = client.connection;
    client.reconnect();
    const second = await server.connection(1);
    // The attempt is given up, because nothing proves that the old connection is dead.
    await second.closed;
    expect(client.connection).toBe(old);
    first.socket.resume();
    await sent;
  });

  test("reports an error of the old connection while its server has not answered the ping", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        if (server.connections.length > 1) answerPings(connection);
      },
    });
    const { client } = await open(server.url, { readLimit: 10, shouldRetry: () => true });
    const first = await server.connection(0);
    client.reconnect();
    await first.frame(OPCODE.PING);
    first.write(textFrame("longer than the limit"));
    expect((await until(client, "waiting")).error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("gives up an old connection that shows no life for closeTimeout", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const closeTimeout = ms(100);
    const { client, statuses } = await open(server.url, { closeTimeout, keepAlive: false });
    const first = await server.connection(0);
    client.reconnect();
    const second = await server.connection(1);
    answerPings(second);
    await first.frame(OPCODE.PING);
    const start = performance.now();
    await client.send("new");
    expect(performance.now() - start).toBeLessThan(20 * closeTimeout);
    await second.frame(OPCODE.TEXT);
    await first.closed;
    expect(statuses).toEqual(["open"]);
  });

  test("cuts an old connection that never stops sending after the close frame", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
      },
    });
    const { client } = await open(server.url, { closeTimeout: 50 });
    const first = await server.connection(0);
    client.reconnect();
    await first.closeFrame();
    const pump = setInterval(() => first.write(textFrame("0")), 5);
    onTestFinished(() => clearInterval(pump));
    const second = await server.connection(1);
    second.write(textFrame("last"));
    let data;
    while (data !== "last") ({ data } = (await client.receive()).value ?? {});
    await first.closed;
  });

  test("reads a backlog of the old connection at the pace of its consumer, and loses nothing", async () => {
    const session = await startSessionServer();
    const { client } = await open(session.server.url, { closeTimeout: 100 });
    session.send(5_000);
    client.reconnect();
    await session.server.connection(1);
    session.send(100);
    // Longer than closeTimeout, which must not cut a connection that this side has paused.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await receiveNumbers(client, 5_100)).toEqual(numbersTo(5_100));
  });

  test("does not block a consumer that awaits its sends", async () => {
    const session = await startSessionServer();
    const { client } = await open(session.server.url, { bufferLimit: 262_144, closeTimeout: 200 });
    const filler = " ".repeat(1_000);
    const { ws } = await session.server.connection(0);
    for (let i = 1; i <= 500; i++) ws.send(String(i) + filler);
    client.reconnect();
    await session.server.connection(1);
    for (let i = 1; i <= 500; i++) {
      expect(Number((await client.receive()).value?.data)).toBe(i);
      await client.send(String(i));
    }
    await vi.waitFor(() => expect(session.received).toEqual(numbersTo(500)));
  });

  test("connects again with the error of a message that the old connection could not deliver", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
      },
    });
    const { client } = await open(server.url, { readLimit: 10, shouldRetry: () => true });
    const first = await server.connection(0);
    client.reconnect();
    await first.closeFrame();
    first.write(frame({ opcode: OPCODE.TEXT, payload: "longer than the limit" }));
    first.write(closeFrame(1000));
    expect((await until(client, "waiting")).error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("puts a marker between the messages of both connections", async () => {
    const session = await startSessionServer();
    const client = reconnecting(session.server.url, { ...FAST_OPTIONS, marker: true });
    onTestFinished(() => client.terminate());
    await until(client, "open");
    session.send(1);
    client.reconnect();
    await session.server.connection(1);
    session.send(1);
    await vi.waitFor(() => expect(session.server.connections[0]?.ws.readyState).toBe(3));
    expect((await client.receive()).value).toMatchObject({ data: "1" });
    expect((await client.receive()).value).toEqual({ type: "reconnected", attempt: 1, gap: 0 });
    expect((await client.receive()).value).toMatchObject({ data: "2" });
  });

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
    await using server = await startRawServer({
      onRequest: (connection) => {
        if (server.connections.length === 1) connection.accept();
      },
    });
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
    await using server = await startRawServer({
      onRequest: (connection) => {
        if (server.connections.length === 1) connection.accept();
      },
    });
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
    await using server = await startRawServer({
      onRequest: (connection) => {
        if (server.connections.length === 1) connection.accept();
      },
    });
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
