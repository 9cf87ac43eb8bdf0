import { describe, expect, test } from "vitest";
import { connect, createContext, definePolicy } from "../../src/node.js";
import type { Client, Policy, PolicyRequest } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { isPending, sleep } from "./support.js";

checkLeaks();

/** Creates a look-up that never answers and counts its calls. */
function countingLookup(): { calls: number; lookup: () => void } {
  const spy = {
    calls: 0,
    lookup: (): void => {
      spy.calls++;
    },
  };
  return spy;
}

/** Checks that a dial is refused with this code, without a look-up and without a connection. */
async function expectRefused(
  server: EchoServer,
  code: "CONNECT_FORBIDDEN" | "URL_FORBIDDEN",
  dial: (url: string, node: { lookup: () => void }) => Promise<Client>,
): Promise<Error> {
  const spy = countingLookup();
  const url = `ws://me:secret@made-up.test:${server.port}/path?token=secret`;
  const error = await failure(dial(url, { lookup: spy.lookup }));
  expect(error).toMatchObject({ code, kind: "PERMISSION_DENIED", retryable: false });
  expect(error.message).toContain(`dial ws://made-up.test:${server.port}/path?...: `);
  expect(error.message).not.toContain("secret");
  expect(spy.calls).toBe(0);
  // A dial to the real address of the server must not connect, either.
  const real = `ws://127.0.0.1:${server.port}/`;
  expect((await failure(dial(real, { lookup: spy.lookup }))).code).toBe(code);
  await sleep(20);
  expect(server.sockets).toBe(0);
  return error;
}

const onlyUrl =
  (allow: boolean): Policy =>
  ({ action }) =>
    action === "websocket.connect" || allow;

describe("a policy that refuses leaves no trace on the wire", () => {
  const refusals: [string, Policy, "CONNECT_FORBIDDEN" | "URL_FORBIDDEN", unknown?][] = [
    ["by forbidding all connections", () => false, "CONNECT_FORBIDDEN"],
    ["by forbidding the URL", onlyUrl(false), "URL_FORBIDDEN"],
    [
      "asynchronously",
      async (request) => (await sleep(5), onlyUrl(false)(request)),
      "URL_FORBIDDEN",
    ],
    [
      "by throwing",
      () => {
        throw new Error("broken");
      },
      "CONNECT_FORBIDDEN",
      { message: "broken" },
    ],
    [
      "by rejecting",
      async ({ action }) => {
        if (action === "websocket.connect") return true;
        await sleep(1);
        throw new Error("broken");
      },
      "URL_FORBIDDEN",
      { message: "broken" },
    ],
    ["by returning 1 instead of true", (() => 1) as unknown as Policy, "CONNECT_FORBIDDEN"],
    ["by returning undefined", (() => undefined) as unknown as Policy, "CONNECT_FORBIDDEN"],
    ["by an empty list of rules", definePolicy([]), "CONNECT_FORBIDDEN"],
    [
      "by rules for another host",
      definePolicy([{ actions: "*", resources: "ws://other.test:*/*", effect: "allow" }]),
      "URL_FORBIDDEN",
    ],
  ];

  test.each(refusals)("%s, as the policy of the context", async (_, policy, code, cause) => {
    await using server = await startEchoServer();
    const context = createContext({ policy });
    const error = await expectRefused(server, code, (url, node) => context.connect(url, { node }));
    if (cause) expect(error.cause).toMatchObject(cause);
    else expect(error.cause).toBeUndefined();
    expect(context.connections).toEqual([]);
  });

  test.each(refusals)("%s, as the policy of the call", async (_, policy, code, cause) => {
    await using server = await startEchoServer();
    const error = await expectRefused(server, code, (url, node) => connect(url, { node, policy }));
    if (cause) expect(error.cause).toMatchObject(cause);
  });

  test("in a strict context without a policy, even if the call has one", async () => {
    await using server = await startEchoServer();
    const context = createContext({ strict: true });
    await expectRefused(server, "CONNECT_FORBIDDEN", (url, node) => context.connect(url, { node }));
    await expectRefused(server, "CONNECT_FORBIDDEN", (url, node) =>
      context.connect(url, { node, policy: () => true }),
    );
  });
});

describe("several policies", () => {
  test("must all allow the dial: a call cannot loosen the policy of its context", async () => {
    await using server = await startEchoServer();
    const context = createContext({ policy: onlyUrl(false) });
    await expectRefused(server, "URL_FORBIDDEN", (url, node) =>
      context.connect(url, { node, policy: () => true }),
    );
    const permissive = createContext({ policy: () => true });
    await expectRefused(server, "URL_FORBIDDEN", (url, node) =>
      permissive.connect(url, { node, policy: onlyUrl(false) }),
    );
    const client = await permissive.connect(server.url, { policy: () => true });
    await client.close();
  });

  test("cannot be given in the defaults of a context", () => {
    const defaults = { policy: () => true } as object;
    expect(() => createContext({ defaults })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  test("are not needed if a strict context has one", async () => {
    await using server = await startEchoServer();
    const context = createContext({ strict: true, policy: () => true });
    await (await context.connect(server.url)).close();
  });
});

describe("a policy request", () => {
  test("is made for each of the two actions in order, is frozen and holds no credentials", async () => {
    await using server = await startEchoServer();
    const requests: PolicyRequest[] = [];
    const actor = { name: "me" };
    const context = createContext({
      actor,
      meta: { tenant: 1, kind: "context" },
      policy: (request) => {
        expect(Object.isFrozen(request)).toBe(true);
        requests.push(request);
        return true;
      },
    });
    const client = await context.connect(`http://me:secret@LOCALHOST:${server.port}/a/../b?q=1`, {
      meta: { kind: "call" },
    });
    const [first, second, ...rest] = requests;
    const resource = `ws://localhost:${server.port}/b?q=1`;
    const meta = { tenant: 1, kind: "call" };
    expect(first).toEqual({ action: "websocket.connect", resource: "", actor, meta });
    expect(second).toMatchObject({ action: "websocket.connect.url", resource, actor, meta });
    expect(second?.url?.href).toBe(resource);
    expect(rest).toEqual([]);
    expect(client.url).toBe(resource);
    await client.close();
  });

  test("holds a copy of the URL, so that changing it does not change the target of the dial", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, {
      policy: ({ url }) => {
        if (url) url.host = "elsewhere.test:1";
        return true;
      },
    });
    expect(client.url).toBe(server.url);
    await client.close();
  });

  test("does not let later changes of the options affect the dial", async () => {
    await using server = await startEchoServer();
    const url = new URL(server.url);
    const headers: Record<string, string> = { "X-One": "1" };
    const protocols = ["a"];
    const dialled = connect(url, {
      headers,
      protocols,
      policy: async () => {
        await sleep(5);
        return true;
      },
    });
    url.port = "1";
    headers["X-Two"] = "2";
    protocols.push("b");
    const client = await dialled;
    const { request } = await server.connection();
    expect(request.headers["x-one"]).toBe("1");
    expect(request.headers).not.toHaveProperty("x-two");
    expect(request.headers["sec-websocket-protocol"]).toBe("a");
    await client.close();
  });
});

describe("a policy that never answers", () => {
  const never: Policy = () => new Promise(() => {});

  test("is ended by the deadline of the dial", async () => {
    await using server = await startEchoServer();
    const error = await failure(connect(server.url, { policy: never, dialTimeout: ms(60) }));
    expect(error).toMatchObject({ code: "DIAL_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(server.sockets).toBe(0);
  });

  test("is ended by an abort and by closing its context", async () => {
    await using server = await startEchoServer();
    const controller = new AbortController();
    const context = createContext({ policy: never });
    const aborted = context.connect(server.url, { signal: controller.signal });
    const waiting = context.connect(server.url);
    controller.abort();
    expect((await failure(aborted)).code).toBe("ABORTED");
    expect(await isPending(waiting)).toBe(true);
    await context.close();
    expect((await failure(waiting)).code).toBe("NO_CONTEXT");
    expect(server.sockets).toBe(0);
  });

  test("until the dial has failed opens no connection when it answers later", async () => {
    await using server = await startEchoServer();
    let answer: (allowed: boolean) => void = () => {};
    const policy: Policy = () => new Promise((resolve) => (answer = resolve));
    const error = await failure(connect(server.url, { policy, dialTimeout: ms(30) }));
    expect(error.code).toBe("DIAL_TIMEOUT");
    answer(true);
    await sleep(30);
    expect(server.sockets).toBe(0);
  });
});
