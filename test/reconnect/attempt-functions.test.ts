import { describe, expect, test, vi } from "vitest";
import { createContext, WsError } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { FAST_OPTIONS, REFUSING_URL, until } from "./support.js";

checkLeaks();

describe("a function for the URL, headers or protocols", () => {
  test("is called for each attempt", async () => {
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

  test("ends the client if it rejects with a WsError that is not retryable", async () => {
    const error = new WsError("ABORTED", "signed out");
    const client = reconnecting(REFUSING_URL, {
      ...FAST_OPTIONS,
      headers: () => Promise.reject(error),
    });
    expect((await client.closed).error).toBe(error);
  });

  test("ends the client if its result is invalid", async () => {
    const client = reconnecting(() => "nonsense:", FAST_OPTIONS);
    expect((await client.closed).error).toMatchObject({ code: "INVALID_URL" });
  });

  test("fails the attempt if it takes longer than dialTimeout", async () => {
    const headers = () => new Promise<never>(() => {});
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, headers, dialTimeout: ms(20) });
    expect((await until(client, "waiting")).error.code).toBe("DIAL_TIMEOUT");
    await client.close();
  });
});

describe("the context", () => {
  test("applies its policy to each attempt, and a denial ends the client", async () => {
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

  test("ends the client when it is closed", async () => {
    await using server = await startEchoServer();
    const context = createContext();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, context });
    await until(client, "open");
    await context.close();
    expect((await client.closed).error).toMatchObject({ code: "NO_CONTEXT" });
  });

  test("provides its defaults", async () => {
    await using server = await startEchoServer();
    const context = createContext({ defaults: { protocols: ["v1"], channelCapacity: 7 } });
    const client = reconnecting(server.url, { context });
    await until(client, "open");
    expect(client.connection?.protocol).toBe("v1");
    expect(client.channel().capacity).toBe(7);
    await client.close();
  });
});
