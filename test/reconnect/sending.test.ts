import { describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { BINARY } from "../../src/node.js";
import type { WebSocketClass } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { LostMessage, ReconnectOptions } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure, failureCode, microtasks, stateOf } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { FAST_OPTIONS, REFUSING_URL, until } from "./support.js";

checkLeaks();

/** Options with a wait that lasts longer than any test. */
const SLOW_OPTIONS = { backoff: { min: "1h", max: "1h" } } satisfies ReconnectOptions;

/** Returns a client in status "waiting", which the test has to close. */
async function offline(options: ReconnectOptions = {}) {
  const lost: LostMessage[] = [];
  const client = reconnecting(REFUSING_URL, {
    ...SLOW_OPTIONS,
    onLost: (messages) => lost.push(...messages),
    ...options,
  });
  await until(client, "waiting");
  return { client, lost };
}

describe("what is sent while there is no connection", () => {
  test("waits, and goes out in order before what is sent later", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    const sends = Array.from({ length: 100 }, (_, i) => client.send(String(i)));
    expect(client.queue.length).toBe(100);
    await until(client, "open");
    sends.push(client.send("100"));
    await Promise.all(sends);
    for (let i = 0; i <= 100; i++) {
      expect(await client.receive()).toMatchObject({ value: { data: String(i) } });
    }
    expect(client.queue).toMatchObject({ length: 0, bytes: 0 });
    await client.close();
  });

  test("settles when it has gone", async () => {
    await using server = await startEchoServer();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const client = reconnecting(server.url, { onConnect: () => gate });
    const send = client.send("x");
    await server.connection();
    expect(await stateOf(send)).toBe("pending");
    open();
    await send;
    await client.close();
  });

  test("is copied", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    const bytes = Uint8Array.of(1, 2, 3);
    void client.send(bytes);
    bytes.fill(0);
    expect(await client.receive()).toMatchObject({ value: { data: Uint8Array.of(1, 2, 3) } });
    await client.close();
  });

  test("keeps its type", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    void client.send("text", BINARY);
    void client.send("text", { type: BINARY });
    void client.send("text");
    const types: unknown[] = [];
    for (let i = 0; i < 3; i++) types.push((await client.receive()).value?.type);
    expect(types).toEqual(["binary", "binary", "text"]);
    await client.close();
  });

  test("is bounded, and what is refused is told", async () => {
    const { client, lost } = await offline({ queue: { maxMessages: 2 } });
    void client.send("a");
    void client.send("b");
    const error = await failure(client.send("c"));
    expect(error).toMatchObject({ code: "QUEUE_FULL", kind: "RATE_LIMITED", retryable: true });
    expect(lost).toEqual([{ data: "c", type: 1, key: undefined, reason: "dropped" }]);
    await client.close();
  });

  test("is replaced by key, and dropped when it is old", async () => {
    const { client, lost } = await offline({ queue: { maxMessages: 2, whenFull: "drop-oldest" } });
    void client.send("1", { key: "a" });
    void client.send("2", { key: "a" });
    expect(client.queue.length).toBe(1);
    void client.send("3");
    void client.send("4");
    await microtasks();
    expect(lost).toEqual([{ data: "2", type: 1, key: "a", reason: "dropped" }]);
    await client.close();
  });

  test.each([
    ["its own ttl", {}, { ttl: 5 }],
    ["the queue's", { queue: { ttl: 5 } }, {}],
    ["its own before the queue's", { queue: { ttl: "1h" } }, { ttl: 5 }],
  ])("expires by %s", async (_what, options, message) => {
    const { client, lost } = await offline(options);
    expect(await failureCode(client.send("x", message))).toBe("CHANNEL_TIMEOUT");
    expect(lost).toMatchObject([{ data: "x", reason: "expired" }]);
    await client.close();
  });

  test("is dropped by queue.clear()", async () => {
    const { client, lost } = await offline();
    const send = client.send("x");
    client.queue.clear();
    expect(await failureCode(send)).toBe("ABORTED");
    expect(lost).toMatchObject([{ data: "x", reason: "dropped" }]);
    expect((await client.close()).clean).toBe(true);
  });

  test("is lost with the client", async () => {
    const { client, lost } = await offline();
    const send = client.send("x", { key: "k" });
    expect(await client.close()).toEqual({ code: 1000, reason: "", clean: false, by: "local" });
    expect(await failure(send)).toMatchObject({ code: "CLOSED", retryable: false });
    expect(lost).toEqual([{ data: "x", type: 1, key: "k", reason: "closed" }]);
  });
});

describe("bad messages", () => {
  test.each([
    [5, undefined, "INVALID_MESSAGE"],
    ["x", 3, "INVALID_MESSAGE"],
    ["x", "text", "INVALID_MESSAGE"],
    ["x", { type: 3 }, "INVALID_MESSAGE"],
    ["x", null, "INVALID_OPTION"],
    ["x", { ttl: -1 }, "INVALID_OPTION"],
    ["x", { retry: 1 }, "INVALID_OPTION"],
    ["x", { timeout: "soon" }, "INVALID_DURATION"],
    ["x", { signal: {} }, "INVALID_OPTION"],
    ["x", { deadline: 5 }, "INVALID_OPTION"],
  ])("%j with %j are refused at once", async (data, options, code) => {
    const { client } = await offline();
    expect(await failureCode(client.send(data as never, options as never))).toBe(code);
    expect(client.queue.length).toBe(0);
    await client.close();
  });
});

describe("what was handed to a connection that is cut", () => {
  /** Starts a server that accepts connections and does not read from them. */
  async function startNonReading() {
    return startRawServer({
      onRequest(connection) {
        connection.socket.pause();
        connection.accept();
      },
    });
  }
  const BIG = new Uint8Array(8 * 2 ** 20);

  test("and had not left is told as lost, and not sent again", async () => {
    await using server = await startNonReading();
    const lost: LostMessage[] = [];
    const onLost = (messages: readonly LostMessage[]) => lost.push(...messages);
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onLost });
    await until(client, "open");
    const bytes = Uint8Array.from(BIG);
    bytes[0] = 7;
    const send = client.send(bytes, { key: "big" });
    bytes[0] = 1;
    (await server.connection()).socket.destroy();
    expect(await failureCode(send)).toBe("CLOSED");
    expect(lost).toMatchObject([{ key: "big", type: 2, reason: "unflushed" }]);
    expect(lost[0]?.data[0]).toBe(7);
    await until(client, "open", ({ attempt }) => attempt > 1);
    expect(client.queue.length).toBe(0);
    expect(client.connection?.stats.messagesSent).toBe(0);
    client.terminate();
  });

  test("and had not left goes again, first, if it says so", async () => {
    await using server = await startNonReading();
    const onLost = vi.fn();
    const client = reconnecting(server.url, { ...SLOW_OPTIONS, onLost });
    await until(client, "open");
    const bytes = Uint8Array.from(BIG);
    bytes[0] = 7;
    const send = client.send(bytes, { retry: true });
    void client.send("2", { retry: true });
    bytes.fill(1);
    (await server.connection()).socket.destroy();
    await until(client, "waiting");
    await send;
    void client.send("3");
    expect(client.queue.length).toBe(3);
    expect(onLost).not.toHaveBeenCalled();
    client.terminate();
    await client.closed;
    const [messages] = onLost.mock.calls[0] as [readonly LostMessage[]];
    expect(messages.map(({ data }) => data[0])).toEqual([7, "2", "3"]);
    expect(messages.map(({ reason }) => reason)).toEqual(["closed", "closed", "closed"]);
  });

  test("is its own copy when it goes again", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => server.connections.length === 1 && ws.pause(),
    });
    const client = reconnecting(server.url, FAST_OPTIONS);
    await until(client, "open");
    const bytes = Uint8Array.from(BIG);
    bytes[0] = 7;
    void client.send(bytes, { retry: true });
    bytes[0] = 1;
    (await server.connection()).ws.terminate();
    const { value } = await client.receive();
    expect(value?.data[0]).toBe(7);
    await client.close();
  });

  test("and waits again is replaced by a newer one with its key, which has a promise of its own", async () => {
    await using server = await startNonReading();
    const client = reconnecting(server.url, SLOW_OPTIONS);
    const old = client.send(BIG, { retry: true, key: "k" });
    await until(client, "open");
    (await server.connection()).socket.destroy();
    await until(client, "waiting");
    await old;
    const send = client.send("new", { key: "k" });
    expect(await stateOf(send)).toBe("pending");
    expect(client.queue.length).toBe(1);
    await client.close();
  });

  test("counts as sent where the platform hides what has left", async () => {
    class Blind extends WebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        // React Native's WebSocket has no `bufferedAmount`.
        Object.defineProperty(this, "bufferedAmount", { value: undefined });
      }
    }
    await using server = await startEchoServer();
    const onLost = vi.fn();
    const webSocket = Blind as unknown as WebSocketClass;
    const client = reconnecting(server.url, { ...FAST_OPTIONS, webSocket, onLost });
    await client.send("x", { retry: true });
    await client.receive();
    expect(await failureCode(client.flush())).toBe("UNSUPPORTED");
    (await server.connection()).ws.terminate();
    await until(client, "open", ({ attempt }) => attempt === 2);
    expect(client.connection?.stats.messagesSent).toBe(0);
    expect(onLost).not.toHaveBeenCalled();
    await client.close();
  });

  test("and had left is not", async () => {
    await using server = await startEchoServer();
    const onLost = vi.fn();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onLost });
    await client.send("x", { retry: true });
    await client.receive();
    await client.flush();
    (await server.connection()).ws.terminate();
    await until(client, "open", ({ attempt }) => attempt === 2);
    await client.send("y");
    expect(await client.receive()).toMatchObject({ value: { data: "y" } });
    expect(onLost).not.toHaveBeenCalled();
    await client.close();
  });

  test("while it closes is told as lost", async () => {
    await using server = await startNonReading();
    const lost: LostMessage[] = [];
    const onLost = (messages: readonly LostMessage[]) => lost.push(...messages);
    const client = reconnecting(server.url, { onLost, closeTimeout: ms(50) });
    await until(client, "open");
    void client.send(BIG, { retry: true });
    const { clean, error } = await client.close();
    expect(clean).toBe(false);
    expect(error).toMatchObject({ code: "WRITE_TIMEOUT" });
    expect(lost).toMatchObject([{ reason: "unflushed" }]);
  });
});

describe("flush()", () => {
  test("waits for what waits", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    void client.send("x");
    await client.flush();
    expect(client.connection?.stats.messagesSent).toBe(1);
    await client.close();
  });

  test("waits for more than goes out at once", async () => {
    await using server = await startEchoServer({ echo: false });
    const client = reconnecting(server.url);
    for (let i = 0; i < 8; i++) void client.send(new Uint8Array(2 ** 20));
    await client.flush();
    expect(client.queue.length).toBe(0);
    expect(client.connection?.stats.messagesSent).toBe(8);
    await client.close();
  });

  test("rejects when the client ends", async () => {
    const { client } = await offline();
    const flush = failureCode(client.flush());
    await client.close();
    expect(await flush).toBe("CLOSED");
    expect(await failure(client.flush())).toMatchObject({ code: "CLOSED", retryable: false });
  });
});

describe("ping()", () => {
  test("is the connection's", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    await until(client, "open");
    expect(await client.ping()).toBeGreaterThanOrEqual(0);
    await client.close();
  });

  test("rejects while there is none, and that is retryable", async () => {
    const { client } = await offline();
    expect(await failure(client.ping())).toMatchObject({ code: "CLOSED", retryable: true });
    await client.close();
    expect(await failure(client.ping())).toMatchObject({ code: "CLOSED", retryable: false });
  });
});
