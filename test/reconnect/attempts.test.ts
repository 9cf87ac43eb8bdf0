import { describe, expect, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type { AttemptInfo } from "../../src/reconnect/node.js";
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
  test("is retried after a random delay, which the status reports", async () => {
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

  test("is retried after a random part of the whole window", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    try {
      const client = reconnecting(REFUSING_URL, { backoff: { min: "30s" } });
      expect(await until(client, "waiting")).toMatchObject({ delay: 15_000 });
      await client.close();
    } finally {
      random.mockRestore();
    }
  });

  test("ends the client after 10 attempts if no connection has ever opened", async () => {
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

  test("never ends the client after a connection has opened", async () => {
    const server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    await until(client, "open");
    await server[Symbol.asyncDispose]();
    const status = await until(client, "waiting", ({ attempt }) => attempt > 15);
    expect(status.error.code).toBe("DIAL_FAILED");
    await client.close();
  });

  test.each([
    [1, "after 1 attempt: "],
    [2, "after 2 attempts: "],
  ])("ends the client with maxAttempts %i", async (maxAttempts, text) => {
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, maxAttempts });
    const { error } = await client.closed;
    expect(error?.message).toContain(`${text}${(error?.cause as Error).message}`);
  });

  test("ends the client when the next attempt would be later than maxElapsed", async () => {
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
    "with %s and Retry-After is dialled again after that time plus jitter",
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
    "with %s ends the client at once",
    async (status) => {
      await using server = await startRefusing(9, status);
      const client = reconnecting(server.url, FAST_OPTIONS);
      const { error, code } = await client.closed;
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", retryable: false });
      expect(code).toBe(1006);
      expect(server.connections).toHaveLength(1);
    },
  );

  test("with 401 is dialled again with a fresh token if shouldRetry returns true", async () => {
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

describe("the count of attempts", () => {
  test.each([
    ["continues after a connection that was not stable", "10s", 2],
    ["starts again after a connection that was stable", 1, 1],
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

  test("starts again for the backoff windows as well", async () => {
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

  test("makes the backoff windows grow while no connection is stable", async () => {
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
