import { describe, expect, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectOptions } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { FAST_OPTIONS, until } from "./support.js";

checkLeaks();

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

  test("with 1000 by the peer ends the client", async () => {
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
  ])("with %s by the peer is followed by another connection", async (code, expected) => {
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

  test.each([1012, 1013])(
    "with %i is followed by another connection after 5 to 30 s",
    async (code) => {
      await using cut = await closedWith(code);
      const { client } = cut;
      const { delay } = await until(client, "waiting");
      expect(delay).toBeGreaterThanOrEqual(5_000);
      expect(delay).toBeLessThanOrEqual(30_000);
      await client.close();
    },
  );

  test.each([1008, 1003, 3000, 4000])(
    "with %i by the peer ends the client with an error",
    async (code) => {
      await using cut = await closedWith(code, FAST_OPTIONS);
      const { client } = cut;
      const { error } = await client.closed;
      expect(error).toMatchObject({ code: "CLOSED_BY_PEER", details: { closeCode: code } });
      expect(client.state).toEqual({ type: "closed", error });
      expect(await failure(client[Symbol.asyncIterator]().next())).toBe(error);
    },
  );

  test("without a close frame is followed by another connection", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    (await server.connection()).ws.terminate();
    expect((await until(client, "waiting")).error.code).toBe("CONNECTION_LOST");
    await server.connection(1);
    await client.close();
  });

  test("by the connection's own close() is followed by another connection", async () => {
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
    "with %i is followed by another connection if shouldRetry returns true",
    async (code) => {
      await using cut = await closedWith(code, { ...FAST_OPTIONS, shouldRetry: () => true });
      const { client } = cut;
      await until(client, "open", ({ attempt }) => attempt === 2);
      await client.close();
    },
  );

  test("with 1001 ends the client if shouldRetry returns false", async () => {
    const shouldRetry = vi.fn(() => false);
    await using cut = await closedWith(1001, { shouldRetry });
    const { client } = cut;
    expect(await client.closed).toEqual({ code: 1001, reason: "why", clean: true, by: "peer" });
    expect(shouldRetry).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "CLOSED_BY_PEER" }),
      1,
    );
  });

  test("ends the client if shouldRetry throws", async () => {
    const cause = new Error("no");
    const shouldRetry = () => {
      throw cause;
    };
    await using cut = await closedWith(1001, { shouldRetry });
    const { client } = cut;
    expect((await client.closed).error).toMatchObject({ code: "DIAL_FAILED", cause });
  });

  test("ends the client if shouldRetry returns a promise", async () => {
    const shouldRetry = (async () => true) as never;
    await using cut = await closedWith(1011, { ...FAST_OPTIONS, shouldRetry });
    const { client } = cut;
    expect((await client.closed).error).toMatchObject({ code: "CLOSED_BY_PEER" });
  });
});
