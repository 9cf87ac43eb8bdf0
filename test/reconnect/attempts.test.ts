import { describe, expect, test, vi } from "vitest";
import { createContext, WsError } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { AttemptInfo, ReconnectOptions } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { FAST_OPTIONS, REFUSING_URL, until } from "./support.js";

checkLeaks();

/** Starts a server that refuses `count` requests with this status, and accepts later ones. */
async function startRefusing(count: number, status: string, headers: Record<string, string> = {}) {
  let left = count;
  return startRawServer({
    onRequest(connection) {
      if (left-- > 0) connection.refuse(status, headers);
      else connection.accept();
    },
  });
}

describe("a dial that fails", () => {
  test("is tried again after a wait by chance, which is shown", async () => {
    const client = reconnecting(REFUSING_URL, { backoff: { min: 40, factor: 3, max: 100 } });
    const waits: { attempt: number; delay: number }[] = [];
    for await (const status of client.status()) {
      if (status.type === "connecting") expect(status.attempt).toBe(waits.length + 1);
      if (status.type !== "waiting") continue;
      expect(status.error.code).toBe("DIAL_FAILED");
      waits.push(status);
      if (waits.length === 3) break;
    }
    expect(waits.map(({ attempt }) => attempt)).toEqual([2, 3, 4]);
    const windows = [40, 100, 100];
    for (const [i, { delay }] of waits.entries()) {
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(windows[i] as number);
    }
    await client.close();
  });

  test("uses the whole of the window", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    try {
      const client = reconnecting(REFUSING_URL, { backoff: { min: "30s" } });
      expect(await until(client, "waiting")).toMatchObject({ delay: 15_000 });
      await client.close();
    } finally {
      random.mockRestore();
    }
  });

  test("ends it after 10 attempts, if there never was a connection", async () => {
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, marker: true });
    const attempts: number[] = [];
    for await (const status of client.status()) {
      if (status.type === "connecting") attempts.push(status.attempt);
    }
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 1006, reason: "", clean: false, by: "none" });
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error?.message).toContain("10 attempts");
    expect(error?.cause).toMatchObject({ code: "DIAL_FAILED" });
    expect(client.state).toEqual({ type: "closed", error });
    expect(await failure(client[Symbol.asyncIterator]().next())).toBe(error);
  });

  test("does not end it after a connection, however often", async () => {
    const server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    await until(client, "open");
    await server[Symbol.asyncDispose]();
    const status = await until(client, "waiting", ({ attempt }) => attempt > 15);
    expect(status.error.code).toBe("DIAL_FAILED");
    await client.close();
  });

  test.each([1, 2])("ends it after %i attempts by maxAttempts", async (maxAttempts) => {
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, maxAttempts });
    const { error } = await client.closed;
    expect(error?.message).toContain(`after ${maxAttempts} attempts`);
  });

  test("ends it when the next one would be later than maxElapsed", async () => {
    const start = performance.now();
    const options = { backoff: { min: 10, factor: 1 }, maxElapsed: ms(100), maxAttempts: 10_000 };
    const { error } = await reconnecting(REFUSING_URL, options).closed;
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { code: "DIAL_FAILED" } });
    const elapsed = performance.now() - start;
    expect(elapsed).toBeGreaterThan(ms(80));
    expect(elapsed).toBeLessThan(ms(2_000));
  });
});

describe("a server that refuses", () => {
  test.each(["429 Too Many Requests", "503 Service Unavailable"])(
    "with %s and Retry-After is left alone for so long, and no two alike",
    async (status) => {
      await using server = await startRefusing(9, status, { "Retry-After": "7" });
      const client = reconnecting(server.url);
      const { delay, error } = await until(client, "waiting");
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", details: { retryAfter: 7_000 } });
      expect(delay).toBeGreaterThanOrEqual(7_000);
      expect(delay).toBeLessThanOrEqual(14_000);
      await client.close();
    },
  );

  test.each(["401 Unauthorized", "403 Forbidden", "404 Not Found", "501 Not Implemented"])(
    "with %s ends it at once",
    async (status) => {
      await using server = await startRefusing(9, status);
      const client = reconnecting(server.url, FAST_OPTIONS);
      const { error, code } = await client.closed;
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", retryable: false });
      expect(code).toBe(1006);
      expect(server.connections).toHaveLength(1);
    },
  );

  test("with 401 is asked again with a fresh token, if shouldRetry says so", async () => {
    const asked: AttemptInfo[] = [];
    await using server = await startRawServer({
      onRequest(connection) {
        const isFresh = connection.request?.headers.authorization === "Bearer fresh";
        if (isFresh) connection.accept();
        else connection.refuse("401 Unauthorized");
      },
    });
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      headers: async (info) => {
        asked.push(info);
        return { Authorization: info.lastError ? "Bearer fresh" : "Bearer stale" };
      },
      shouldRetry: (error, attempt) => (error.details.status === 401 ? attempt < 2 : undefined),
    });
    expect(await until(client, "open")).toMatchObject({ attempt: 2 });
    expect(asked).toMatchObject([
      { attempt: 1, lastError: undefined, signal: { aborted: false } },
      { attempt: 2, lastError: { details: { status: 401 } } },
    ]);
    client.terminate();
    expect(asked[1]?.signal.aborted).toBe(true);
  });
});

describe("the end of a connection", () => {
  /** Returns a client whose first connection was closed by the server with this code. */
  async function closedWith(code: number | undefined, options: ReconnectOptions = {}) {
    const server = await startEchoServer({
      onConnection: ({ ws }) => {
        if (server.connections.length === 1) ws.close(code, code ? "why" : undefined);
      },
    });
    const client = reconnecting(server.url, { ...options, marker: true });
    return { client, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  test("with 1000 by the peer is the end", async () => {
    await using cut = await closedWith(1000);
    const { client } = cut;
    const info = await client.closed;
    expect(info).toEqual({ code: 1000, reason: "why", clean: true, by: "peer" });
    expect(client.state).toEqual({ type: "closed" });
    expect(await client[Symbol.asyncIterator]().next()).toEqual({ done: true });
  });

  test.each([
    [1001, "CLOSED_BY_PEER"],
    [undefined, "CLOSED_BY_PEER"],
    [1011, "CLOSED_BY_PEER"],
    [1014, "CLOSED_BY_PEER"],
  ])("with %s by the peer is followed by another", async (code, expected) => {
    await using cut = await closedWith(code, FAST_OPTIONS);
    const { client } = cut;
    const { error } = await until(client, "waiting");
    expect(error).toMatchObject({
      code: expected,
      retryable: true,
      details: { closeCode: code ?? 1005, reason: code ? "why" : "" },
    });
    await until(client, "open", ({ attempt }) => attempt === 2);
    await client.close();
  });

  test.each([1012, 1013])("with %i is followed by another after 5 to 30 s", async (code) => {
    await using cut = await closedWith(code);
    const { client } = cut;
    const { delay } = await until(client, "waiting");
    expect(delay).toBeGreaterThanOrEqual(5_000);
    expect(delay).toBeLessThanOrEqual(30_000);
    await client.close();
  });

  test.each([1008, 1003, 3000, 4000])("with %i by the peer ends it with an error", async (code) => {
    await using cut = await closedWith(code, FAST_OPTIONS);
    const { client } = cut;
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "CLOSED_BY_PEER", details: { closeCode: code } });
    expect(client.state).toEqual({ type: "closed", error });
    expect(await failure(client[Symbol.asyncIterator]().next())).toBe(error);
  });

  test("without a close frame is followed by another", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    (await server.connection()).ws.terminate();
    expect((await until(client, "waiting")).error.code).toBe("CONNECTION_LOST");
    await server.connection(1);
    await client.close();
  });

  test("by the connection's own close() is followed by another", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    await until(client, "open");
    await client.connection?.close(4000);
    expect((await until(client, "waiting")).error).toMatchObject({
      code: "CLOSED",
      retryable: true,
      details: { closeCode: 4000 },
    });
    await client.close();
  });

  test.each([1000, 1008])(
    "with %i is followed by another, if shouldRetry says so",
    async (code) => {
      await using cut = await closedWith(code, { ...FAST_OPTIONS, shouldRetry: () => true });
      const { client } = cut;
      await until(client, "open", ({ attempt }) => attempt === 2);
      await client.close();
    },
  );

  test("with 1001 is the end, if shouldRetry says so", async () => {
    const shouldRetry = vi.fn(() => false);
    await using cut = await closedWith(1001, { shouldRetry });
    const { client } = cut;
    expect(await client.closed).toEqual({ code: 1001, reason: "why", clean: true, by: "peer" });
    expect(shouldRetry).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "CLOSED_BY_PEER" }),
      1,
    );
  });

  test("is the end, if shouldRetry throws", async () => {
    const cause = new Error("no");
    const shouldRetry = () => {
      throw cause;
    };
    await using cut = await closedWith(1001, { shouldRetry });
    const { client } = cut;
    expect((await client.closed).error).toMatchObject({ code: "DIAL_FAILED", cause });
  });

  test("is not taken for retryable because shouldRetry is asynchronous", async () => {
    const shouldRetry = (async () => true) as never;
    await using cut = await closedWith(1011, { ...FAST_OPTIONS, shouldRetry });
    const { client } = cut;
    expect((await client.closed).error).toMatchObject({ code: "CLOSED_BY_PEER" });
  });
});

describe("the count of attempts", () => {
  test.each([
    ["goes on after a connection that was not stable", "10s", 2],
    ["begins anew after one that was", 1, 1],
  ])("%s", async (_what, stableAfter, attempt) => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, stableAfter });
    const { duration } = await until(client, "open");
    expect(duration).toBeGreaterThanOrEqual(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    (await server.connection()).ws.terminate();
    expect(await until(client, "waiting")).toMatchObject({ attempt });
    expect(await until(client, "open")).toMatchObject({ attempt });
    await client.close();
  });

  test("begins anew for the windows, too", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    try {
      await using server = await startEchoServer();
      const client = reconnecting(server.url, { backoff: { min: 2 }, stableAfter: 0.001 });
      for (let n = 0; n < 3; n++) {
        const { ws } = await server.connection(n);
        await until(client, "open");
        ws.terminate();
        expect((await until(client, "waiting")).delay).toBe(2);
      }
      await client.close();
    } finally {
      random.mockRestore();
    }
  });

  test("lets the windows grow on, too", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    try {
      await using server = await startEchoServer({ onConnection: ({ ws }) => ws.terminate() });
      const client = reconnecting(server.url, { backoff: { min: 2 }, maxAttempts: 4 });
      const delays: number[] = [];
      for await (const status of client.status()) {
        if (status.type === "waiting") delays.push(status.delay);
      }
      expect(delays).toEqual([2, 4, 8]);
    } finally {
      random.mockRestore();
    }
  });
});

describe("what is asked for anew", () => {
  test("is the URL, the headers and the protocols", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(({ attempt }) => `${server.url}?n=${attempt}`, {
      ...FAST_OPTIONS,
      headers: ({ attempt }) => ({ "X-Attempt": String(attempt) }),
      protocols: async ({ attempt }) => [`v${attempt}`],
    });
    (await server.connection()).ws.terminate();
    const { request, ws } = await server.connection(1);
    expect(request.url).toBe("/?n=2");
    expect(request.headers["x-attempt"]).toBe("2");
    expect(ws.protocol).toBe("v2");
    await client.close();
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("no token"))],
    [
      "throws",
      (): Promise<never> => {
        throw new Error("no token");
      },
    ],
  ])("fails the attempt if it %s", async (_how, headers) => {
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, headers });
    const { error } = await until(client, "waiting");
    expect(error).toMatchObject({
      code: "DIAL_FAILED",
      retryable: true,
      cause: { message: "no token" },
    });
    await client.close();
  });

  test("ends it with a WsError that is not retryable", async () => {
    const error = new WsError("ABORTED", "signed out");
    const client = reconnecting(REFUSING_URL, {
      ...FAST_OPTIONS,
      headers: () => Promise.reject(error),
    });
    expect((await client.closed).error).toBe(error);
  });

  test("ends it if it is wrong", async () => {
    const client = reconnecting(() => "nonsense:", FAST_OPTIONS);
    expect((await client.closed).error).toMatchObject({ code: "INVALID_URL" });
  });

  test("has dialTimeout to come", async () => {
    const headers = () => new Promise<never>(() => {});
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, headers, dialTimeout: ms(20) });
    expect((await until(client, "waiting")).error.code).toBe("DIAL_TIMEOUT");
    await client.close();
  });
});

describe("the context", () => {
  test("is asked by its policy for every attempt, and may end it", async () => {
    await using server = await startEchoServer();
    let allowed = true;
    const policy = vi.fn(() => allowed);
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      context: createContext({ policy }),
    });
    await until(client, "open");
    allowed = false;
    (await server.connection()).ws.terminate();
    expect((await client.closed).error).toMatchObject({ code: "CONNECT_FORBIDDEN" });
  });

  test("ends it when it is closed", async () => {
    await using server = await startEchoServer();
    const context = createContext();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, context });
    await until(client, "open");
    await context.close();
    expect((await client.closed).error).toMatchObject({ code: "NO_CONTEXT" });
  });

  test("brings its defaults", async () => {
    await using server = await startEchoServer();
    const context = createContext({ defaults: { protocols: ["v1"], channelCapacity: 7 } });
    const client = reconnecting(server.url, { context });
    await until(client, "open");
    expect(client.connection?.protocol).toBe("v1");
    expect(client.channel().capacity).toBe(7);
    await client.close();
  });
});

describe("onConnect", () => {
  test("runs on each connection, before what waits goes out", async () => {
    await using server = await startEchoServer();
    const calls: unknown[] = [];
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      async onConnect(connection, info) {
        calls.push(info);
        expect(client.state.type).toBe("connecting");
        expect(client.connection).toBeUndefined();
        await connection.send("auth");
        expect(await connection.receive()).toMatchObject({ value: { data: "auth" } });
      },
    });
    void client.send("1");
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    (await server.connection()).ws.terminate();
    await until(client, "waiting");
    void client.send("2");
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    expect(calls).toEqual([
      { attempt: 1, resumed: false },
      { attempt: 2, resumed: true },
    ]);
    await client.close();
  });

  test("leaves what it has not read to the channel, in order", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ["ok", "1", "2"].forEach((text) => ws.send(text)),
    });
    const client = reconnecting(server.url, { onConnect: (connection) => connection.receive() });
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    await client.close();
  });

  test("fails the attempt if it rejects, and its connection ends", async () => {
    await using server = await startEchoServer();
    const onConnect = vi.fn(() => Promise.reject(new Error("no")));
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onConnect, maxAttempts: 2 });
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { cause: { message: "no" } } });
    expect(onConnect).toHaveBeenCalledTimes(2);
    for (const { closed } of server.connections) expect((await closed).code).toBe(1006);
  });

  test("fails the attempt if it takes longer than dialTimeout", async () => {
    await using server = await startEchoServer();
    const onConnect = () => new Promise(() => {});
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onConnect, dialTimeout: ms(200) });
    expect((await until(client, "waiting")).error.code).toBe("DIAL_TIMEOUT");
    await client.close();
  });

  test("that failed once is no reason of what comes later", async () => {
    await using server = await startEchoServer();
    let calls = 0;
    const onConnect = () => (++calls === 1 ? Promise.reject(new Error("no")) : undefined);
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onConnect });
    await until(client, "open");
    (await server.connection(1)).ws.close(1001);
    expect((await until(client, "waiting")).error.code).toBe("CLOSED_BY_PEER");
    await client.close();
  });

  test("is told by the server's close what it was", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ws.close(1008, "bad token"),
    });
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      async onConnect(connection) {
        const { ok } = await connection.receive();
        if (!ok) throw new Error("it ended");
      },
    });
    expect((await client.closed).error).toMatchObject({
      code: "CLOSED_BY_PEER",
      details: { closeCode: 1008, reason: "bad token" },
    });
  });
});

describe("a marker", () => {
  test("stands between two connections, for those who ask", async () => {
    await using server = await startEchoServer({ onConnection: ({ ws }) => ws.send("hello") });
    const client = reconnecting(server.url, { ...FAST_OPTIONS, marker: true });
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    await new Promise((resolve) => setTimeout(resolve, ms(200)));
    (await server.connection()).ws.terminate();
    const { value } = await client.receive();
    expect(value).toEqual({ type: "reconnected", attempt: 2, gap: expect.any(Number) as number });
    const { gap } = value as { gap: number };
    expect(gap).toBeGreaterThan(0);
    // The gap does not include the time while the connection was open.
    expect(gap).toBeLessThan(ms(190));
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    await client.close();
  });

  test("is not there for others", async () => {
    await using server = await startEchoServer({ onConnection: ({ ws }) => ws.send("hello") });
    const client = reconnecting(server.url, FAST_OPTIONS);
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    (await server.connection()).ws.terminate();
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    await client.close();
  });
});

describe("the channel", () => {
  test("keeps what a connection brought before it ended, before what the next brings", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => {
        const n = server.connections.length;
        for (const text of ["a", "b", "c"]) ws.send(`${n}${text}`);
        if (n === 1) ws.close(1001);
      },
    });
    // The channel is full when the close frame arrives, and the close does not wait for it.
    const client = reconnecting(server.url, { ...FAST_OPTIONS, channelCapacity: 3 });
    await until(client, "open", ({ attempt }) => attempt === 2);
    const got: unknown[] = [];
    for (let i = 0; i < 6; i++) got.push((await client.receive()).value?.data);
    expect(got).toEqual(["1a", "1b", "1c", "2a", "2b", "2c"]);
    await client.close();
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
  });

  test("pauses a connection that opens while it is full", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => server.connections.length === 1 && ws.send("1"),
    });
    const client = reconnecting(server.url, { ...FAST_OPTIONS, channelCapacity: 1 });
    // The first message fills the channel.
    await vi.waitFor(() => expect(client.channel().length).toBe(1), ms(1_000));
    (await server.connection()).ws.terminate();
    await until(client, "open", ({ attempt }) => attempt === 2);
    (await server.connection(1)).ws.send("2");
    await vi.waitFor(() => expect(client.connection?.stats.timesPaused).toBe(1), ms(1_000));
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    await client.close();
  });

  test("is bounded across connections: SLOW_CONSUMER ends the one that is too much", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ws.send(new Uint8Array(40_000)),
    });
    const options = { ...FAST_OPTIONS, bufferLimit: 65_536, backpressure: "buffer" } as const;
    const client = reconnecting(server.url, options);
    await vi.waitFor(() => expect(client.channel().length).toBe(1), ms(1_000));
    (await server.connection()).ws.terminate();
    expect((await until(client, "waiting", ({ attempt }) => attempt > 2)).error.code).toBe(
      "SLOW_CONSUMER",
    );
    await client.close();
  });
});
