// Errors, options and limits that neither of the two packages has.
import { describe, expect, test, vi } from "vitest";
import { createContext, WsError } from "../../../src/node.js";
import { ReconnectingWebSocket } from "../../../src/compat/node.js";
import { ms } from "../../helpers/time.js";
import { failureCode } from "../../helpers/failure.js";
import { codes, open, REFUSING_URL } from "./own-support.js";
import {
  checkTraces,
  echoServer,
  quiet,
  rawServer,
  recordingServer,
  refusingServer,
} from "./support.js";

checkTraces();

describe("the constructor", () => {
  test.each([
    ["not a URL", undefined],
    ["ftp://127.0.0.1/", undefined],
    ["", undefined],
    [REFUSING_URL, "not a token"],
    [REFUSING_URL, ["a", "a"]],
  ])("throws SyntaxError for the URL %j with the protocols %j", (url, protocols) => {
    expect(() => open(url, {}, protocols)).toThrow(
      expect.objectContaining({ name: "SyntaxError" }),
    );
  });

  test.each([
    { backoff: { min: -1 } },
    { maxRetries: 3 },
    { queue: { maxMessages: -1 } },
    { codec: {} },
    { marker: true },
    { discardIncoming: true },
    { shouldRetry: 5 },
    { shouldRetry: null },
  ])("throws INVALID_OPTION for the options %j", async (options) => {
    expect(await failureCode(() => open(REFUSING_URL, options as object))).toBe("INVALID_OPTION");
  });

  test("throws TypeError without arguments, and without new", () => {
    const constructor = ReconnectingWebSocket as unknown as {
      new (): unknown;
      (url: string): unknown;
    };
    expect(() => new constructor()).toThrow(TypeError);
    expect(() => constructor(REFUSING_URL)).toThrow(TypeError);
  });
});

describe("the error of an error event", () => {
  test("is the WsError of the attempt that failed", async () => {
    const server = await refusingServer(1, "404 Not Found");
    const { events } = open(server.url);
    await events.next("open");
    const { error, message } = (await events.next("error")).event;
    expect(WsError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", details: { status: 404 }, message });
  });

  test.each([
    ["a port without a listener", REFUSING_URL],
    ["a function that throws", () => JSON.parse("{") as string],
  ])("tells %s", async (_what, url) => {
    const { events } = open(url, { maxAttempts: 2 });
    await events.next("close", 1);
    expect(codes(events)).toEqual(["DIAL_FAILED", "DIAL_FAILED"]);
  });

  test("tells a server that does not answer", async () => {
    const server = await rawServer({ onRequest: () => {} });
    const { events } = open(server.url, { dialTimeout: ms(30), maxAttempts: 1 });
    await events.next("close");
    expect(codes(events)).toEqual(["DIAL_TIMEOUT"]);
  });

  test("tells a connection that is lost", async () => {
    const server = await rawServer();
    const { events } = open(server.url);
    await events.next("open");
    (await server.connection()).socket.destroy();
    await events.next("open", 1);
    expect(codes(events)).toEqual(["CONNECTION_LOST"]);
  });

  test("tells a message over readLimit", async () => {
    const server = await echoServer({ onConnection: ({ ws }) => ws.send("x".repeat(11)) });
    const { events } = open(server.url, { readLimit: 10 });
    await events.next("close");
    expect(codes(events)).toEqual(["MESSAGE_TOO_BIG"]);
    expect((await (await server.connection()).closed).code).toBe(1009);
  });
});

describe("attempts that cannot succeed", () => {
  test("end it: an URL that the policy denies", async () => {
    const { socket, events } = open(REFUSING_URL, {
      context: createContext({ policy: () => false }),
    });
    await events.next("close");
    await quiet();
    expect(events.types).toEqual(["error", "close"]);
    expect(socket.shouldReconnect).toBe(false);
    expect(socket.readyState).toBe(socket.CLOSED);
  });

  test("end it: a context that is closed", async () => {
    const server = await echoServer();
    const context = createContext();
    const { socket, events } = open(server.url, { context });
    await events.next("open");
    await context.close();
    await events.next("close");
    await quiet();
    expect(events.of("close")).toHaveLength(1);
    expect(socket.shouldReconnect).toBe(false);
    expect(server.sockets).toBe(1);
  });
});

describe("reconnect()", () => {
  test("of an open connection reports an attempt that fails afterwards", async () => {
    const server = await echoServer();
    let url = server.url;
    const { socket, events } = open(() => url);
    await events.next("open");
    url = REFUSING_URL;
    socket.reconnect();
    await events.next("close", 1);
    expect(events.types).toEqual(["open", "close", "error", "close"]);
    expect(codes(events)).toEqual(["DIAL_FAILED"]);
  });

  test("after the last attempt has failed, before its events, opens a connection", async () => {
    const server = await refusingServer(1);
    const { socket, events } = open(server.url, { maxAttempts: 1 });
    await socket.client.closed;
    expect(events.types).toEqual([]);
    socket.reconnect();
    await events.next("open");
    expect(events.types).toEqual(["error", "close", "open"]);
  });
});

describe("reconnect() in a callback", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "%i microtasks after onConnect began starts a new attempt with the events of the old one",
    async (delay) => {
      const server = await echoServer();
      let isFirst = true;
      const { socket, events } = open(server.url, {
        onConnect: () => {
          if (!isFirst) return;
          isFirst = false;
          const later = (n: number): void => {
            queueMicrotask(() => (n > 0 ? later(n - 1) : socket.reconnect()));
          };
          later(delay);
        },
      });
      // At least one event of the first connection, and then those of the second one.
      await events.next("close");
      await events.next("open", events.of("open").length);
      await quiet();
      const { types } = events;
      expect(types.slice(0, types.indexOf("close") + 1).join()).toMatch(/^(open,)?(error,)?close$/);
      expect(types.slice(types.indexOf("close") + 1)).toEqual(["open"]);
      (await server.connection(1)).ws.terminate();
      await events.next("error", events.of("error").length);
      await events.next("open", events.of("open").length);
    },
  );

  test("shouldRetry keeps the error of the connection that was lost", async () => {
    const server = await echoServer();
    let isFirst = true;
    const { socket, events } = open(server.url, {
      shouldRetry: () => {
        if (isFirst) socket.reconnect();
        isFirst = false;
        return true;
      },
    });
    await events.next("open");
    (await server.connection()).ws.terminate();
    await events.next("open", 1);
    expect(events.types).toEqual(["open", "error", "close", "open"]);
    expect(codes(events)).toEqual(["CONNECTION_LOST"]);
    expect(events.of("close")[0]?.event.code).toBe(1006);
  });

  test("just after shouldRetry has ended the client revives it", async () => {
    const server = await refusingServer(1);
    let isFirst = true;
    const { socket, events } = open(server.url, {
      shouldRetry: () => {
        if (!isFirst) return true;
        isFirst = false;
        queueMicrotask(() => socket.reconnect());
        return false;
      },
    });
    await events.next("open");
    expect(socket.shouldReconnect).toBe(true);
  });

  test("after close() revives it while a Blob is being read", async () => {
    const { server, received } = await recordingServer();
    const { socket, events } = open(server.url);
    await events.next("open");
    socket.send(new Blob(["blob"]));
    socket.close();
    socket.reconnect();
    await events.next("open", 1);
    expect(await received(1)).toEqual([Buffer.from("blob")]);
    expect(events.types).toEqual(["open", "close", "open"]);
    expect(server.sockets).toBe(2);
  });
});

describe("options", () => {
  test("shouldRetry decides on the next attempt", async () => {
    const server = await echoServer();
    const shouldRetry = vi.fn(({ details }: WsError) => details.closeCode !== 4001);
    const { socket, events } = open(server.url, { shouldRetry });
    await events.next("open");
    (await server.connection()).ws.close(1000);
    await events.next("open", 1);
    (await server.connection(1)).ws.close(4001, "stay away");
    expect((await events.next("close", 1)).event).toMatchObject({
      code: 4001,
      reason: "stay away",
    });
    await quiet();
    expect(server.sockets).toBe(2);
    expect(socket.shouldReconnect).toBe(false);
    expect(shouldRetry).toHaveBeenCalledTimes(2);
    socket.reconnect();
    await events.next("open", 2);
  });

  test("headers can be a function, which is called for each attempt", async () => {
    const server = await echoServer();
    let n = 0;
    const { events } = open(server.url, { headers: () => ({ authorization: `token ${++n}` }) });
    await events.next("open");
    (await server.connection()).ws.terminate();
    await events.next("open", 1);
    const sent = server.connections.map(({ request }) => request.headers.authorization);
    expect(sent).toEqual(["token 1", "token 2"]);
  });

  test("signal ends it with one close event", async () => {
    const server = await echoServer();
    const controller = new AbortController();
    const { socket, events } = open(server.url, { signal: controller.signal });
    await events.next("open");
    controller.abort();
    await events.next("close");
    await quiet();
    expect(events.of("close")).toHaveLength(1);
    expect(socket.readyState).toBe(socket.CLOSED);
    expect(socket.shouldReconnect).toBe(false);
  });

  test("signal that has aborted before makes no connection", async () => {
    const server = await echoServer();
    const { socket, events } = open(server.url, { signal: AbortSignal.abort() });
    await events.next("close");
    await quiet();
    expect(events.types).toEqual(["error", "close"]);
    expect(codes(events)).toEqual(["ABORTED"]);
    expect(socket.readyState).toBe(socket.CLOSED);
    expect(server.sockets).toBe(0);
  });

  test("maxElapsed ends it", async () => {
    const server = await refusingServer();
    const { socket, events } = open(server.url, {
      maxElapsed: ms(50),
      backoff: { min: 10, max: 10 },
    });
    while (socket.shouldReconnect) await quiet(5);
    const { length } = events.of("close");
    await quiet();
    expect(events.of("close")).toHaveLength(length);
    expect(server.connections).toHaveLength(length);
  });

  test("onConnect runs before the queue is sent and before open", async () => {
    const { server, received } = await recordingServer();
    const order: string[] = [];
    const { socket, events } = open(server.url, {
      onConnect: async (client) => {
        order.push("onConnect");
        await client.send("first");
      },
    });
    socket.onopen = () => order.push("open");
    socket.send("queued");
    expect(await received(2)).toEqual(["first", "queued"]);
    await events.next("open");
    expect(order).toEqual(["onConnect", "open"]);
  });
});
