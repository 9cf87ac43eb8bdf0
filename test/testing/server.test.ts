import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connect, createContext, definePolicy } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { TestServer } from "../../src/testing/node.js";
import type { TestServerOptions } from "../../src/testing/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure, failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

function serve(pattern?: string, options?: TestServerOptions): TestServer {
  const server = new TestServer(pattern, options);
  onTestFinished(() => server.close().catch(() => {}));
  return server;
}

describe("the pattern", () => {
  test("is every URL by default", async () => {
    const server = serve();
    const client = await connect("wss://anything.example/feed");
    expect((await server.accept()).request.url).toBe("wss://anything.example/feed");
    await client.close();
  });

  test("leaves other dials alone", async () => {
    serve("wss://api.example.com/*");
    await using real = await startEchoServer();
    const client = await connect(real.url);
    await client.send("real");
    expect((await client.receive()).value?.data).toBe("real");
    await client.close();
  });

  test("of the newest server wins, and the older one is back after its end", async () => {
    const old = serve("wss://api.example.com/*");
    const recent = serve("wss://*.example.com/*");
    await connect("wss://api.example.com/1");
    expect(recent.connections).toHaveLength(1);
    await recent.close();
    await connect("wss://api.example.com/2");
    expect(old.connections).toHaveLength(1);
  });

  test("of a server that was not closed is refused, with the place of its creation", () => {
    serve("wss://api.example.com/*");
    expect(() => serve("wss://api.example.com/*")).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: expect.stringContaining("server.test.ts") as string,
      }),
    );
  });

  test.each(["WSS://Api.Example.com/Feed", "wss://api.example.COM/Feed"])(
    "%s is the same as with a scheme and host in lower case",
    async (pattern) => {
      serve("wss://api.example.com/Feed");
      expect(await failureCode(() => serve(pattern))).toBe("INVALID_OPTION");
    },
  );

  test("of another path, in lower case, is another pattern", () => {
    serve("wss://api.example.com/Feed");
    serve("wss://api.example.com/feed");
  });

  test.each(["", "not a pattern", "ftp://host"])("%j is INVALID_OPTION", async (pattern) => {
    expect(await failureCode(() => new TestServer(pattern))).toBe("INVALID_OPTION");
  });
});

describe("a dial", () => {
  test("sends its headers and subprotocols", async () => {
    const server = serve();
    const client = await connect("wss://a.test/?q=1", {
      headers: { Authorization: "secret" },
      protocols: ["one", "two"],
    });
    const { request } = await server.accept();
    expect(request).toMatchObject({
      url: "wss://a.test/?q=1",
      protocols: ["one", "two"],
      headers: { authorization: "secret" },
    });
    expect(client.protocol).toBe("one");
  });

  test("is denied by a policy before the server sees it", async () => {
    const server = serve();
    const policy = definePolicy([]);
    expect(await failureCode(connect("wss://a.test/", { policy }))).toMatch(/_FORBIDDEN$/);
    expect(server.connections).toEqual([]);
  });

  test("in a context has its defaults, also with denyPrivateNetworks", async () => {
    const server = serve();
    await using context = createContext({
      denyPrivateNetworks: true,
      defaults: { headers: { "x-default": "1" } },
    });
    await context.connect("wss://a.test/");
    expect((await server.accept()).request.headers).toMatchObject({ "x-default": "1" });
  });

  test("with an unknown option fails as on a network", async () => {
    serve();
    const options = { dialTimeOut: 5 } as object;
    expect(await failureCode(connect("wss://a.test/", options))).toBe("INVALID_OPTION");
  });
});

describe("platform: browser", () => {
  test("rejects options that browsers cannot honour, also those of a context", async () => {
    serve("*", { platform: "browser" });
    const headers = { a: "b" };
    expect(await failureCode(connect("wss://a.test/", { headers }))).toBe("UNSUPPORTED");
    const context = createContext({ defaults: { headers } });
    expect(await failureCode(context.connect("wss://a.test/"))).toBe("UNSUPPORTED");
    expect(await failureCode(connect("wss://user:pass@a.test/"))).toBe("UNSUPPORTED");
  });

  test("has no pings, and hides why a dial was refused", async () => {
    const server = serve("*", { platform: "browser" });
    const client = await connect("wss://a.test/");
    expect(client.canPing).toBe(false);
    expect(client.backpressure).toBe("buffer");
    server.refuse({ status: 401 });
    const error = await failure(connect("wss://a.test/"));
    expect(error).toMatchObject({ code: "DIAL_FAILED", details: { opaque: true } });
  });

  test("gives a reconnecting client no keep-alive of its own", async () => {
    const server = serve("*", { platform: "browser" });
    const client = reconnecting("wss://a.test/");
    await server.accept();
    await client.close();
  });
});

describe("outcomes", () => {
  test("refuse: the status, headers and body are details of the error", async () => {
    const server = serve();
    server.refuse({ status: 429, headers: { "Retry-After": "7" }, body: "slow down" });
    const error = await failure(connect("wss://a.test/"));
    expect(error).toMatchObject({
      code: "HANDSHAKE_REJECTED",
      kind: "RATE_LIMITED",
      retryable: true,
      details: { status: 429, retryAfter: 7_000, body: "slow down" },
    });
    expect(error.message).toContain("429");
    await connect("wss://a.test/");
  });

  test.each([299, 600, 101, 0.5])("refuse: the status %d is INVALID_OPTION", async (status) => {
    expect(await failureCode(() => serve().refuse({ status }))).toBe("INVALID_OPTION");
  });

  test("fail: DIAL_FAILED with the error as its cause", async () => {
    const server = serve();
    const cause = new Error("no route");
    server.fail(cause, { times: 2 });
    for (let i = 0; i < 2; i++) {
      const error = await failure(connect("wss://a.test/"));
      expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true, cause });
    }
    await connect("wss://a.test/");
  });

  test("stall: DIAL_TIMEOUT", async () => {
    const server = serve();
    server.stall();
    expect(await failureCode(connect("wss://a.test/", { dialTimeout: 20 }))).toBe("DIAL_TIMEOUT");
    expect(server.connections).toEqual([]);
  });

  test("stall: can be aborted, and ends with the server", async () => {
    const server = serve();
    server.stall({ times: 2 });
    const controller = new AbortController();
    const aborted = failureCode(connect("wss://a.test/", { signal: controller.signal }));
    const ended = failureCode(connect("wss://a.test/"));
    await new Promise(setImmediate);
    controller.abort();
    expect(await aborted).toBe("ABORTED");
    await server.close();
    expect(await ended).toBe("DIAL_FAILED");
  });

  test("apply in the order in which they were set", async () => {
    const server = serve();
    server.refuse({ status: 503 });
    server.fail();
    const codes = [];
    for (let i = 0; i < 2; i++) codes.push(await failureCode(connect("wss://a.test/")));
    expect(codes).toEqual(["HANDSHAKE_REJECTED", "DIAL_FAILED"]);
  });
});

describe("accept", () => {
  test("returns connections in order, and times out", async () => {
    const server = serve();
    for (const n of [1, 2]) await connect(`wss://a.test/${n}`);
    expect((await server.accept()).request.url).toBe("wss://a.test/1");
    expect((await server.accept()).request.url).toBe("wss://a.test/2");
    const error = await failure(server.accept({ timeout: 5 }));
    expect(error).toMatchObject({
      code: "RECEIVE_TIMEOUT",
      message: "accept: timed out after 5 ms",
    });
  });

  test("fails with CLOSED when the server is closed", async () => {
    const server = serve();
    const waiting = failureCode(server.accept());
    await server.close();
    expect(await waiting).toBe("CLOSED");
  });

  test("also gets the connections of a handler", async () => {
    const server = serve();
    const handler = vi.fn((peer: { send(data: string): Promise<void> }) => peer.send("hello"));
    const remove = server.on(handler);
    const client = await connect("wss://a.test/");
    expect((await client.receive()).value?.data).toBe("hello");
    expect(handler).toHaveBeenCalledWith(await server.accept());
    remove();
    await connect("wss://a.test/");
    expect(handler).toHaveBeenCalledTimes(1);
  });
});

test.each(["close", "terminate"] as const)(
  "a client whose peer calls %s() at once is open for a turn",
  async (method) => {
    const server = serve();
    server.on((peer) => void peer[method]());
    const client = await connect("wss://a.test/");
    expect(client.state).toBe("open");
    const socket = new server.webSocket("wss://a.test/");
    const state = await new Promise((resolve) => {
      socket.onopen = () => resolve(socket.readyState);
    });
    expect(state).toBe(1);
  },
);

describe("code that does not use wschan", () => {
  test("can take the class of the server", async () => {
    const server = serve("wss://other.test/*");
    const socket = new server.webSocket("wss://a.test/feed", "chat");
    await new Promise((resolve) => (socket.onopen = resolve));
    const peer = await server.accept();
    expect(peer.request).toMatchObject({ url: "wss://a.test/feed", protocols: ["chat"] });
    const message = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
    await peer.send("hi");
    expect(await message).toBe("hi");
    const closed = new Promise((resolve) => (socket.onclose = ({ code }) => resolve(code)));
    await peer.close(4000);
    expect(await closed).toBe(4000);
  });

  test("finds it as globalThis.WebSocket until the server is closed", async () => {
    const original = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
    const server = serve();
    server.stubGlobal();
    server.stubGlobal();
    expect(globalThis.WebSocket).toBe(server.webSocket);
    const socket = new globalThis.WebSocket("wss://a.test/");
    const peer = await server.accept();
    const closed = new Promise((resolve) => (socket.onclose = resolve));
    peer.terminate();
    expect(await closed).toMatchObject({ code: 1006 });
    await server.close();
    expect(Object.getOwnPropertyDescriptor(globalThis, "WebSocket")).toEqual(original);
  });
});

test("stubs of several servers can be removed in any order", async () => {
  const original = globalThis.WebSocket as unknown;
  const [a, b, c] = [serve("wss://a.test/*"), serve("wss://b.test/*"), serve("wss://c.test/*")];
  for (const server of [a, b, c]) server.stubGlobal();
  await a.close();
  expect(globalThis.WebSocket).toBe(c.webSocket);
  await c.close();
  expect(globalThis.WebSocket).toBe(b.webSocket);
  await b.close();
  expect(globalThis.WebSocket as unknown).toBe(original);
});

describe("arguments", () => {
  const server = (): TestServer => serve("wss://arguments.test/*");

  test.each<[string, (server: TestServer) => void]>([
    ["refuse()", (one) => one.refuse(undefined as never)],
    ["refuse(null)", (one) => one.refuse(null as never)],
    ["a misspelt option", (one) => one.refuse({ status: 503, time: 3 } as never)],
    ["headers that are null", (one) => one.refuse({ status: 503, headers: null } as never)],
    ["headers with a number", (one) => one.refuse({ status: 503, headers: { a: 1 } } as never)],
    ["a body that is a number", (one) => one.refuse({ status: 503, body: 5 } as never)],
    ["fail with null", (one) => one.fail(new Error("x"), null as never)],
    ["fail with a number", (one) => one.fail(new Error("x"), 3 as never)],
    ["fail 0 times", (one) => one.fail(new Error("x"), { times: 0 })],
    ["stall with null", (one) => one.stall(null as never)],
    ["a handler that is no function", (one) => one.on(5 as never)],
  ])("that are bad are INVALID_OPTION: %s", async (_, call) => {
    const one = server();
    expect(await failureCode(() => call(one))).toBe("INVALID_OPTION");
  });

  test.each([Symbol("x"), 5, null])("a pattern %s is INVALID_OPTION", async (pattern) => {
    expect(await failureCode(() => new TestServer(pattern as never))).toBe("INVALID_OPTION");
  });

  test.each([5, "a b", ""])("a protocol %j is INVALID_OPTION", async (protocol) => {
    const options = { protocol } as TestServerOptions;
    expect(await failureCode(() => new TestServer("*", options))).toBe("INVALID_OPTION");
  });
});

test("server.connect reaches it with a URL that does not match", async () => {
  const first = serve("wss://one.test/*");
  const second = serve("wss://two.test/*");
  await first.connect("wss://two.test/");
  expect(first.connections).toHaveLength(1);
  expect(second.connections).toHaveLength(0);
});

test.each([{ platform: "deno" }, { strict: 1 }, { compression: "yes" }, { unknown: 1 }])(
  "the options %j are INVALID_OPTION",
  async (options) => {
    const given = options as TestServerOptions;
    expect(await failureCode(() => new TestServer("*", given))).toBe("INVALID_OPTION");
  },
);
