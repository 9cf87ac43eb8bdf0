import { describe, expect, onTestFinished, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectingClient, ReconnectOptions, Status } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { FAST_OPTIONS, REFUSING_URL, until } from "./support.js";

checkLeaks();

const SUSPENDED = { type: "suspended" };
/** Waits of an hour: a test that waits for one of them fails. */
const SLOW_OPTIONS = { backoff: { min: "1h", max: "1h" } } satisfies ReconnectOptions;

function closeAfterTest(client: ReconnectingClient): void {
  onTestFinished(async () => {
    await client.close();
  });
}

function open(
  url: string,
  options: ReconnectOptions & { marker?: false } = {},
): ReconnectingClient {
  const client = reconnecting(url, { ...FAST_OPTIONS, ...options });
  closeAfterTest(client);
  return client;
}

async function echoServer(): Promise<EchoServer> {
  const server = await startEchoServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Collects the types of all statuses from now on. */
function log(client: ReconnectingClient): string[] {
  const types: string[] = [];
  void (async () => {
    for await (const { type } of client.status()) types.push(type);
  })();
  return types;
}

describe("a client with autoStart: false", () => {
  test("calls no function and dials only after start()", async () => {
    const server = await echoServer();
    const url = vi.fn(() => server.url);
    const client = reconnecting(url, { autoStart: false });
    closeAfterTest(client);
    expect(client.state).toEqual(SUSPENDED);
    await new Promise(setImmediate);
    expect(url).not.toHaveBeenCalled();
    client.start();
    await until(client, "open");
    expect(url.mock.calls).toMatchObject([[{ attempt: 1, lastError: undefined }]]);
  });

  test("sends what was sent before start() when it is open", async () => {
    const server = await echoServer();
    const client = open(server.url, { autoStart: false });
    const sent = client.send("early");
    expect(client.queue.length).toBe(1);
    client.start();
    await sent;
    expect((await client.receive()).value?.data).toBe("early");
  });

  test("measures maxElapsed from start()", async () => {
    const client = open(REFUSING_URL, { autoStart: false, maxElapsed: 1, maxAttempts: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.start();
    expect((await client.closed).error?.code).toBe("DIAL_FAILED");
  });

  test("rejects ping() with CLOSED, which is retryable", async () => {
    const client = open(REFUSING_URL, { autoStart: false });
    const error = await client.ping().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "CLOSED", retryable: true });
  });

  test.each([0, "no", null])("is INVALID_OPTION for the value %j", async (autoStart) => {
    const options = { autoStart } as object;
    expect(await failureCode(() => reconnecting(REFUSING_URL, options))).toBe("INVALID_OPTION");
  });
});

describe("suspend()", () => {
  test("closes the open connection with 1000, and settles when it has ended", async () => {
    const server = await echoServer();
    const client = open(server.url);
    await until(client, "open");
    const { connection } = client;
    await client.suspend();
    expect(client.state).toEqual(SUSPENDED);
    expect(client.connection).toBeUndefined();
    expect(connection?.state).toBe("closed");
    expect(await (await server.connection()).closed).toEqual({ code: 1000, reason: "" });
    expect(server.sockets).toBe(1);
  });

  test("keeps what is sent meanwhile, and start() sends it over a new connection", async () => {
    const server = await echoServer();
    const client = open(server.url);
    await until(client, "open");
    const suspended = client.suspend();
    void client.send("during");
    await suspended;
    void client.send("after");
    expect(client.queue.length).toBe(2);
    client.start();
    const received = [await client.receive(), await client.receive()];
    expect(received.map(({ value }) => value?.data)).toEqual(["during", "after"]);
    expect(server.sockets).toBe(2);
  });

  test("lets messages arrive that the server sent before its close frame", async () => {
    const server = await startEchoServer({
      onConnection: ({ ws }) => ws.send("first"),
    });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const client = open(server.url);
    await until(client, "open");
    await client.suspend();
    expect((await client.receive()).value?.data).toBe("first");
  });

  test("cancels a dial", async () => {
    await using server = await startRawServer({ onRequest: () => {} });
    const client = open(server.url);
    const { socket } = await server.connection();
    await client.suspend();
    expect(client.state).toEqual(SUSPENDED);
    await vi.waitFor(() => expect(socket.destroyed).toBe(true));
  });

  test("cuts a wait short, and start() dials at once as attempt 1", async () => {
    const attempts: number[] = [];
    const url = ({ attempt }: { readonly attempt: number }): string => {
      attempts.push(attempt);
      return REFUSING_URL;
    };
    const client = reconnecting(url, SLOW_OPTIONS);
    closeAfterTest(client);
    await until(client, "waiting");
    await client.suspend();
    expect(client.state).toEqual(SUSPENDED);
    client.start();
    await until(client, "waiting");
    expect(attempts).toEqual([1, 1]);
  });

  test("ends a connection whose onConnect still runs", async () => {
    const server = await echoServer();
    let signal: AbortSignal | undefined;
    const client = open(server.url, {
      headers: (info) => {
        ({ signal } = info);
        return {};
      },
      onConnect: () => new Promise(() => {}),
    });
    const { closed } = await server.connection();
    await client.suspend();
    await closed;
    expect(signal?.aborted).toBe(true);
    expect(client.state).toEqual(SUSPENDED);
  });

  test("followed by start() in the same turn replaces the connection", async () => {
    const server = await echoServer();
    const client = open(server.url);
    await until(client, "open");
    const types = log(client);
    const suspended = client.suspend();
    client.start();
    await suspended;
    await server.connection(1);
    await until(client, "open");
    expect(types).toEqual(["open", "connecting", "open"]);
  });

  test("can be called again, by several callers", async () => {
    const server = await echoServer();
    const client = open(server.url);
    await until(client, "open");
    const types = log(client);
    await Promise.all([client.suspend(), client.suspend()]);
    await client.suspend();
    client.start();
    client.start();
    await until(client, "open");
    expect(types).toEqual(["open", "suspended", "connecting", "open"]);
    expect(server.sockets).toBe(2);
  });

  test("of a server that does not answer the close frame settles after closeTimeout", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const client = open(server.url, { closeTimeout: 50 });
    await until(client, "open");
    await client.suspend();
    expect(client.state).toEqual(SUSPENDED);
  });

  test("and start() have no effect after the end", async () => {
    const client = open(REFUSING_URL, { autoStart: false });
    await client.close();
    await client.suspend();
    client.start();
    expect(client.state).toMatchObject({ type: "closed" } satisfies Partial<Status>);
  });

  test("settles when the client is closed meanwhile", async () => {
    const server = await echoServer();
    const client = open(server.url);
    await until(client, "open");
    const suspended = client.suspend();
    const { code } = await client.close(3000);
    await suspended;
    expect(code).toBe(1000);
    expect(client.state.type).toBe("closed");
  });
});
