import { describe, expect, test } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectingClient, ReconnectOptions } from "../../src/reconnect/node.js";
import { byName } from "../helpers/by-name.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failureCode } from "../helpers/failure.js";
import { abortListeners, checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { REFUSING_URL, until } from "./support.js";

checkLeaks();

const SLOW_OPTIONS = {
  backoff: { min: "1h", max: "1h" },
  maxElapsed: "2h",
} satisfies ReconnectOptions;

interface Setting {
  readonly client: ReconnectingClient;
  readonly server?: AsyncDisposable;
}

type Start = (options: ReconnectOptions & { marker?: false }) => Promise<Setting>;

const never = () => new Promise<never>(() => {});

/** Functions that start a client and bring it into a state. Its end must release all resources. */
const STATES: Readonly<Record<string, Start>> = {
  "while it waits for its headers": async (options) => ({
    client: reconnecting(REFUSING_URL, { ...options, headers: never }),
  }),
  "while it dials": async (options) => {
    const server = await startRawServer({ onRequest: () => {} });
    const client = reconnecting(server.url, options);
    await server.connection();
    return { client, server };
  },
  "while it runs onConnect": async (options) => {
    const server = await startEchoServer();
    const called = new Promise<ReconnectingClient>((resolve) => {
      const onConnect = () => {
        resolve(client);
        return never();
      };
      const client = reconnecting(server.url, { ...options, onConnect });
    });
    return { client: await called, server };
  },
  "while it is open": async (options) => {
    const server = await startEchoServer();
    const client = reconnecting(server.url, options);
    await until(client, "open");
    return { client, server };
  },
  "while it waits after a closed connection": async (options) => {
    const server = await startEchoServer();
    const client = reconnecting(server.url, options);
    await until(client, "open");
    (await server.connection()).ws.close(1001, "away");
    await until(client, "waiting");
    return { client, server };
  },
  "while it is suspended": async (options) => ({
    client: reconnecting(REFUSING_URL, { ...options, autoStart: false }),
  }),
  "while it is suspended again": async (options) => {
    const server = await startEchoServer();
    const client = reconnecting(server.url, options);
    await until(client, "open");
    await client.suspend();
    return { client, server };
  },
  "while it waits after a failed dial": async (options) => {
    const client = reconnecting(REFUSING_URL, options);
    await until(client, "waiting");
    return { client };
  },
};

/** Ways to end a client, and the expected close information. */
const ENDS = {
  "close()": {
    end: (client: ReconnectingClient) => void client.close(3000, "bye"),
    info: { code: 3000, reason: "bye", by: "local" },
  },
  "terminate()": {
    end: (client: ReconnectingClient) => client.terminate(),
    info: { code: 1006, reason: "", clean: false, by: "local" },
  },
  "its aborted signal": {
    end: (_client: ReconnectingClient, controller: AbortController) => controller.abort("enough"),
    info: { code: 1006, clean: false, by: "local", error: { code: "ABORTED", cause: "enough" } },
  },
};

const CASES = Object.entries(STATES).flatMap(([state, start]) =>
  Object.entries(ENDS).map(([how, end]) => ({ name: `by ${how} ${state}`, start, ...end })),
);

describe("a reconnecting client", () => {
  test.each(byName(CASES))(
    "is ended %s, and releases everything",
    async (_, { start, end, info }) => {
      const controller = new AbortController();
      const { client, server } = await start({ ...SLOW_OPTIONS, signal: controller.signal });
      expect(abortListeners(controller.signal)).toBe(1);
      void client.send("x", { ttl: "1h" });
      const received = client.receive();
      end(client, controller);
      expect(await received).toEqual({ ok: false, value: undefined });
      expect(await client.closed).toMatchObject(info);
      expect(client.state).toMatchObject({ type: "closed" });
      expect(client.connection).toBeUndefined();
      expect(client.queue.length).toBe(0);
      expect(abortListeners(controller.signal)).toBe(0);
      expect(await failureCode(client.send("x"))).toBe("CLOSED");
      const states: string[] = [];
      for await (const { type } of client.status()) states.push(type);
      expect(states).toEqual(["closed"]);
      // Iteration throws the error of an abort, and ends normally after close and terminate.
      const next = client[Symbol.asyncIterator]().next();
      if (controller.signal.aborted) expect(await failureCode(next)).toBe("ABORTED");
      else expect(await next).toEqual({ done: true, value: undefined });
      await server?.[Symbol.asyncDispose]();
    },
  );

  test("sends the code and reason of close() to the server", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    await until(client, "open");
    await client.close(4001, "bye");
    const { closed } = await server.connection();
    expect(await closed).toEqual({ code: 4001, reason: "bye" });
  });

  test("sends all messages before close() ends it", async () => {
    await using server = await startEchoServer({ echo: false });
    const client = reconnecting(server.url);
    await until(client, "open");
    const { ws } = await server.connection();
    const texts: string[] = [];
    ws.on("message", (data: Buffer) => texts.push(data.toString()));
    for (let i = 0; i < 1_000; i++) void client.send(String(i));
    expect(await client.close()).toMatchObject({ clean: true });
    await (
      await server.connection()
    ).closed;
    expect(texts).toHaveLength(1_000);
  });

  test("is not closed cleanly if messages are still queued", async () => {
    await using server = await startEchoServer();
    const client = await new Promise<ReconnectingClient>((resolve) => {
      const onConnect = () => {
        resolve(made);
        return never();
      };
      const made = reconnecting(server.url, { onConnect });
    });
    void client.send("x");
    expect(await client.close()).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect((await (await server.connection()).closed).code).toBe(1000);
  });

  test("does not open after close(), even if onConnect finishes at that moment", async () => {
    await using server = await startEchoServer();
    for (let turns = 0; turns < 15; turns++) {
      let before = "";
      const onConnect = () => {
        void (async () => {
          for (let i = 0; i < turns; i++) await Promise.resolve();
          before = client.state.type;
          await client.close();
        })();
      };
      const client: ReconnectingClient = reconnecting(server.url, { onConnect });
      const types: string[] = [];
      for await (const { type } of client.status()) types.push(type);
      expect(types).toEqual(["connecting", ...(before === "open" ? ["open"] : []), "closed"]);
      expect(await client.closed).toMatchObject({ code: 1000, by: "local" });
    }
  });

  test("delivers after close() the messages that had arrived", async () => {
    await using server = await startEchoServer({ onConnection: ({ ws }) => ws.send("hello") });
    const client = reconnecting(server.url);
    await until(client, "open");
    while (client.channel().length === 0) await new Promise(setImmediate);
    await client.close();
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    expect(await client.receive()).toMatchObject({ ok: false });
  });

  test("closes once, and each close() returns the same promise", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    const closed = client.close();
    expect(client.close(3000)).toBe(closed);
    expect(closed).toBe(client.closed);
    expect(await closed).toEqual({ code: 1000, reason: "", clean: true, by: "local" });
    client.terminate();
    expect(client.state).toEqual({ type: "closed" });
  });

  test("is not closed by close() with an invalid code or reason", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    expect(await failureCode(client.close(1005))).toBe("INVALID_CLOSE");
    expect(await failureCode(client.close(1000, "x".repeat(124)))).toBe("INVALID_CLOSE");
    expect(client.state.type).toBe("connecting");
    await client.close();
  });

  test("is closed by `await using`", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await client[Symbol.asyncDispose]();
    expect(client.state.type).toBe("closed");
  });

  test("ends at once with an aborted signal, without calling its functions", async () => {
    const url = (): never => {
      throw new Error("asked");
    };
    const client = reconnecting(url, { signal: AbortSignal.abort("enough") });
    expect((await client.closed).error).toMatchObject({ code: "ABORTED", cause: "enough" });
  });
});

describe("an old connection", () => {
  test("that closes late does not affect the new one", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { backoff: { min: 1, max: 1 } });
    await until(client, "open");
    const old = client.connection;
    (await server.connection()).ws.terminate();
    await until(client, "open", ({ attempt }) => attempt === 2);
    old?.terminate();
    void old?.close();
    await client.send("x");
    expect(await client.receive()).toMatchObject({ value: { data: "x" } });
    expect(client.state).toMatchObject({ type: "open", attempt: 2 });
    await client.close();
  });
});

describe("status()", () => {
  test("keeps the latest 100 changes for an iterator that does not fetch them", async () => {
    const client = reconnecting(REFUSING_URL, {
      backoff: { min: 0.001, max: 0.001 },
      maxAttempts: 80,
    });
    const iterator = client.status();
    expect(await iterator.next()).toMatchObject({ value: { type: "connecting", attempt: 1 } });
    await client.closed;
    const rest: unknown[] = [];
    for await (const { type } of iterator) rest.push(type);
    expect(rest).toHaveLength(100);
    expect(rest.at(-1)).toBe("closed");
  });

  test("yields nothing after return(), and does not delay the client", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await until(client, "connecting");
    const iterator = client.status();
    await iterator.next();
    await iterator.return();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await client.close();
  });
});

test("a signal that aborts during the close handshake ends the connection at once", async () => {
  // A server that answers no close frame.
  await using server = await startRawServer();
  const controller = new AbortController();
  const client = reconnecting(server.url, { closeTimeout: "1h", signal: controller.signal });
  await until(client, "open");
  const closed = client.close();
  controller.abort();
  expect(await closed).toMatchObject({ by: "local", clean: false });
  expect(client.state.type).toBe("closed");
  expect(abortListeners(controller.signal)).toBe(0);
});
