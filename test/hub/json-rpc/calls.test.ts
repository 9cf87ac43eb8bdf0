import { describe, expect, onTestFinished, test, vi } from "vitest";
import { json } from "../../../src/codec/node.js";
import { createHub, jsonRpc } from "../../../src/hub/node.js";
import { connect } from "../../../src/node.js";
import { reconnecting } from "../../../src/reconnect/node.js";
import { TestClock } from "../../../src/testing/node.js";
import { failure, failureCode } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { until } from "../../reconnect/support.js";
import { serve, textOf, URL } from "../support.js";
import { error, next, open, reply, result } from "./support.js";
import type { Events, Methods } from "./support.js";

checkLeaks();

describe("call", () => {
  test("sends a request, and resolves with the result of its reply", async () => {
    const { rpc, peer } = await open();
    const sum = rpc.call("add", [1, 2]);
    expect(await next(peer)).toEqual({ jsonrpc: "2.0", id: 1, method: "add", params: [1, 2] });
    await reply(peer, result(1, 3));
    expect(await sum).toBe(3);
  });

  test("sends parameters by name, or none", async () => {
    const { rpc, peer } = await open();
    const calls = [rpc.call("greet", { name: "Ada" }), rpc.call("list"), rpc.call("list", [])];
    expect(await next(peer)).toEqual({
      jsonrpc: "2.0",
      id: 1,
      method: "greet",
      params: { name: "Ada" },
    });
    expect(await next(peer)).toEqual({ jsonrpc: "2.0", id: 2, method: "list" });
    expect(await next(peer)).toEqual({ jsonrpc: "2.0", id: 3, method: "list", params: [] });
    for (const id of [3, 1, 2]) await reply(peer, result(id, id));
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
  });

  test("rejects with RPC_ERROR for the error of a reply", async () => {
    const { rpc, peer } = await open();
    const call = failure(rpc.call("add", [1, 2]));
    await next(peer);
    const data = { reason: "odd" };
    await reply(peer, { jsonrpc: "2.0", id: 1, error: { code: -32_602, message: "No", data } });
    expect(await call).toMatchObject({
      code: "RPC_ERROR",
      kind: "INTERNAL",
      retryable: false,
      details: { rpc: { code: -32_602, message: "No", data } },
    });
  });

  test.each([{}, null, "no", { code: "1", message: "x" }, { code: 1 }, { code: 1.5, message: "" }])(
    "rejects with INVALID_MESSAGE for the error %j",
    async (given) => {
      const { rpc, peer } = await open();
      const call = failureCode(rpc.call("list"));
      await next(peer);
      await reply(peer, { jsonrpc: "2.0", id: 1, error: given });
      expect(await call).toBe("INVALID_MESSAGE");
    },
  );

  test("rejects with REQUEST_TIMEOUT after 10 s, and counts the late reply", async () => {
    const clock = new TestClock();
    onTestFinished(() => clock.dispose());
    const { rpc, peer } = await open({ keepAlive: false });
    const call = failure(rpc.call("list"));
    await clock.advance(9_999);
    expect(rpc.unknownReplies).toBe(0);
    await clock.advance(1);
    expect(await call).toMatchObject({ code: "REQUEST_TIMEOUT", kind: "TIMEOUT", retryable: true });
    await reply(peer, result(1, []));
    await clock.advance(0);
    expect(rpc.unknownReplies).toBe(1);
  });

  test("ends with signal, and is not sent if that was aborted or timeout is 0", async () => {
    const { rpc, peer } = await open();
    expect(await failureCode(rpc.call("list", [], { signal: AbortSignal.abort() }))).toBe(
      "ABORTED",
    );
    expect(await failureCode(rpc.call("list", [], { timeout: 0 }))).toBe("REQUEST_TIMEOUT");
    const controller = new AbortController();
    const call = failureCode(rpc.call("list", undefined, { signal: controller.signal }));
    expect(await next(peer)).toMatchObject({ id: 3 });
    controller.abort();
    expect(await call).toBe("ABORTED");
  });

  test.each<[string, unknown[], string]>([
    ["a method that is no string", [5], "INVALID_OPTION"],
    ["params that are a text", ["add", "1"], "INVALID_OPTION"],
    ["params that are null", ["add", null], "INVALID_OPTION"],
    ["an unknown option", ["list", [], { wait: 5 }], "INVALID_OPTION"],
    ["retry that is no boolean", ["list", [], { retry: 1 }], "INVALID_OPTION"],
    ["a timeout that is no duration", ["list", [], { timeout: "soon" }], "INVALID_DURATION"],
    ["params without JSON", ["add", [1n, 2n]], "INVALID_MESSAGE"],
  ])("rejects %s", async (_, args, code) => {
    const { rpc } = await open();
    const call = rpc.call.bind(rpc) as (...given: unknown[]) => Promise<unknown>;
    expect(await failureCode(call(...args))).toBe(code);
  });

  test("rejects with CLOSED when the client ends, before and after it was sent", async () => {
    const { rpc, peer } = await open();
    const call = failure(rpc.call("list"));
    await next(peer);
    await peer.close(4000);
    expect(await call).toMatchObject({ code: "CLOSED", retryable: false });
    expect(await failureCode(rpc.call("list"))).toBe("CLOSED");
  });

  test("counts replies that are doubled, unknown, or without an id", async () => {
    const { rpc, peer } = await open();
    const call = rpc.call("list");
    await next(peer);
    for (const id of [1, 1, 7, "1", null]) await reply(peer, result(id, id));
    await reply(peer, error(null, -32_700, "Parse error"));
    expect(await call).toBe(1);
    await vi.waitFor(() => expect(rpc.unknownReplies).toBe(5));
  });

  test("accepts a reply with a result and an error of null", async () => {
    const { rpc, peer } = await open();
    const list = rpc.call("list");
    await next(peer);
    await reply(peer, { jsonrpc: "2.0", id: 1, result: ["a"], error: null });
    expect(await list).toEqual(["a"]);
  });

  test("works with json(), whose values are not encoded twice", async () => {
    const server = serve();
    const client = await connect(URL, { codec: json() });
    const rpc = jsonRpc<Methods>(client);
    const peer = await server.accept();
    const sum = rpc.call("add", [1, 2]);
    expect(await next(peer)).toEqual({ jsonrpc: "2.0", id: 1, method: "add", params: [1, 2] });
    await reply(peer, result(1, 3));
    expect(await sum).toBe(3);
  });
});

describe("batch", () => {
  test("sends several calls as one message, and resolves with the outcome of each", async () => {
    const { rpc, peer } = await open();
    const batch = rpc.batch([
      { method: "add", params: [1, 2] },
      { method: "log", params: ["x"], notify: true },
      { method: "list" },
      { method: "greet", params: { name: "Ada" } },
    ]);
    expect(await next(peer)).toEqual([
      { jsonrpc: "2.0", id: 1, method: "add", params: [1, 2] },
      { jsonrpc: "2.0", method: "log", params: ["x"] },
      { jsonrpc: "2.0", id: 2, method: "list" },
      { jsonrpc: "2.0", id: 3, method: "greet", params: { name: "Ada" } },
    ]);
    await reply(peer, [error(3, 1, "no"), result(1, 3)]);
    await reply(peer, result(2, ["a"]));
    const [sum, log, list, greeting] = await batch;
    expect(sum).toEqual({ status: "fulfilled", value: 3 });
    expect(log).toEqual({ status: "fulfilled", value: undefined });
    expect(list).toEqual({ status: "fulfilled", value: ["a"] });
    expect(greeting).toMatchObject({ status: "rejected", reason: { code: "RPC_ERROR" } });
  });

  test("calls that get no reply time out alone", async () => {
    const { rpc, peer } = await open();
    const batch = rpc.batch([{ method: "list" }, { method: "list" }], { timeout: 50 });
    await next(peer);
    await reply(peer, [result(2, [])]);
    expect(await batch).toMatchObject([
      { status: "rejected", reason: { code: "REQUEST_TIMEOUT" } },
      { status: "fulfilled", value: [] },
    ]);
  });

  test("without calls sends nothing; with notifications alone it does not wait", async () => {
    const { rpc, peer } = await open();
    expect(await rpc.batch([])).toEqual([]);
    expect(await rpc.batch([{ method: "log", params: ["x"], notify: true }])).toEqual([
      { status: "fulfilled", value: undefined },
    ]);
    expect(await next(peer)).toEqual([{ jsonrpc: "2.0", method: "log", params: ["x"] }]);
  });

  test.each<[string, unknown, unknown, string]>([
    ["no array", { method: "list" }, {}, "INVALID_OPTION"],
    ["a call without a method", [{}], {}, "INVALID_OPTION"],
    ["params that are a number", [{ method: "add", params: 1 }], {}, "INVALID_OPTION"],
    ["an unknown option", [{ method: "list" }], { wait: 1 }, "INVALID_OPTION"],
    ["params without JSON", [{ method: "add", params: [1n] }], {}, "INVALID_MESSAGE"],
    ["null", [null], {}, "INVALID_OPTION"],
    ["a timeout that is no duration", [{ method: "list" }], { timeout: "x" }, "INVALID_DURATION"],
    ["a signal that is none", [{ method: "list" }], { signal: 5 }, "INVALID_OPTION"],
  ])("rejects %s as a whole", async (_, calls, options, code) => {
    const { rpc } = await open();
    expect(await failureCode(rpc.batch(calls as [], options as object))).toBe(code);
  });
});

describe("notify", () => {
  test("sends a notification", async () => {
    const { rpc, peer } = await open();
    await rpc.notify("log", ["x"]);
    expect(await next(peer)).toEqual({ jsonrpc: "2.0", method: "log", params: ["x"] });
  });

  test("rejects without an unhandled rejection", async () => {
    const { rpc, client } = await open();
    await client.close();
    const sent = rpc.notify("log", ["x"]);
    await new Promise(setImmediate);
    expect(await failureCode(sent)).toBe("CLOSED");
    expect(await failureCode(rpc.notify("log", 5 as never))).toBe("INVALID_OPTION");
  });
});

describe("over a reconnecting client", () => {
  const options = { backoff: { min: 1, max: 1 } };

  test("a call whose connection is lost rejects with a retryable CLOSED; with retry it is sent again", async () => {
    const server = serve();
    const client = reconnecting(URL, options);
    const rpc = jsonRpc<Methods>(client);
    const first = await server.accept();
    await until(client, "open");
    const lost = failure(rpc.call("add", [1, 1]));
    const retried = rpc.call("add", [2, 2], { retry: true });
    const batch = rpc.batch([{ method: "list" }, { method: "list" }], { retry: true });
    for (let i = 0; i < 3; i++) await next(first);
    first.terminate();
    expect(await lost).toMatchObject({ code: "CLOSED", retryable: true });
    const second = await server.accept();
    expect(await next(second)).toMatchObject({ id: 2, params: [2, 2] });
    expect(await next(second)).toMatchObject([{ id: 3 }, { id: 4 }]);
    await reply(second, [result(2, 4), result(3, ["a"]), result(4, ["b"])]);
    expect(await retried).toBe(4);
    expect(await batch).toMatchObject([{ value: ["a"] }, { value: ["b"] }]);
    expect(second.channel().tryReceive()).toBeUndefined();
    await client.close();
  });

  test("a call that was not sent waits for the connection", async () => {
    const server = serve();
    const client = reconnecting(URL, { ...options, autoStart: false });
    const rpc = jsonRpc<Methods>(client);
    const call = rpc.call("list");
    client.start();
    const peer = await server.accept();
    await next(peer);
    await reply(peer, result(1, ["late"]));
    expect(await call).toEqual(["late"]);
    await client.close();
  });

  test("ids go on after a reconnection", async () => {
    const server = serve();
    const client = reconnecting(URL, options);
    const rpc = jsonRpc<Methods>(client);
    const first = await server.accept();
    const call = failureCode(rpc.call("list"));
    expect(await next(first)).toMatchObject({ id: 1 });
    first.terminate();
    expect(await call).toBe("CLOSED");
    const second = await server.accept();
    const again = rpc.call("list");
    expect(await next(second)).toMatchObject({ id: 2 });
    await reply(second, result(1, ["of the first"]));
    await reply(second, result(2, ["of the second"]));
    expect(await again).toEqual(["of the second"]);
    await client.close();
  });
});

describe("jsonRpc", () => {
  test("returns the same object for a client and for its hub, until close()", async () => {
    const { client, rpc } = await open();
    expect(jsonRpc(client)).toBe(rpc);
    expect(jsonRpc(createHub(client))).toBe(rpc);
    rpc.close();
    rpc.close();
    expect(jsonRpc(client)).not.toBe(rpc);
  });

  test("close() rejects calls, and gives a client of its own back", async () => {
    const { client, rpc, peer } = await open();
    const call = failure(rpc.call("list"));
    await next(peer);
    const events = rpc.on("tick");
    rpc.close();
    expect(await call).toMatchObject({ code: "CLOSED", retryable: false });
    expect(events.closed).toBe(true);
    await peer.send("plain");
    expect(textOf((await client.receive()).value)).toBe("plain");
  });

  test("after close(), nothing is sent, and subscriptions have ended", async () => {
    const { rpc, client } = await open();
    createHub(client);
    rpc.close();
    expect(await failureCode(rpc.call("list"))).toBe("CLOSED");
    expect(await failureCode(rpc.batch([{ method: "list" }]))).toBe("CLOSED");
    expect(await failureCode(rpc.notify("log", ["x"]))).toBe("CLOSED");
    expect(rpc.on("tick").closed).toBe(true);
    expect(client.stats.messagesSent).toBe(0);
  });

  test("a second close() does not end the JSON-RPC that has followed", async () => {
    const { client } = await open();
    const hub = createHub(client);
    const old = jsonRpc(hub);
    old.close();
    const next = jsonRpc(hub);
    old.close();
    expect(jsonRpc(hub)).toBe(next);
  });

  test("on() of an ended client returns a subscription that has ended", async () => {
    const { rpc, client } = await open();
    await client.close();
    await vi.waitFor(() => expect(rpc.on("tick").closed).toBe(true));
  });

  test("close() leaves open a hub that the client had before", async () => {
    const server = serve();
    const client = await connect(URL);
    await server.accept();
    const hub = createHub(client);
    jsonRpc(client).close();
    expect(hub.unclaimed.closed).toBe(false);
  });

  test("close() leaves open a hub that was passed to it", async () => {
    const server = serve();
    const client = await connect(URL);
    const hub = createHub(client);
    const peer = await server.accept();
    {
      using rpc = jsonRpc<Methods, Events>(hub);
      rpc.on("tick");
    }
    await reply(peer, { jsonrpc: "2.0", method: "tick" });
    expect(textOf((await hub.unclaimed.receive()).value)).toContain("tick");
  });

  test.each([undefined, {}, 5])("rejects %o", async (client) => {
    expect(await failureCode(() => jsonRpc(client as never))).toBe("INVALID_OPTION");
  });
});

test("10,000 calls at once, answered out of order, settle once each, and none is retained", async () => {
  const { rpc, peer } = await open();
  const count = 10_000;
  const calls = Array.from({ length: count }, (_, i) => rpc.call("add", [i, 1]));
  const requests: { id: number; params: [number, number] }[] = [];
  while (requests.length < count) requests.push((await next(peer)) as never);
  for (const { id, params } of requests.reverse()) {
    await reply(peer, result(id, params[0] + params[1]));
    await reply(peer, result(id, "double"));
  }
  expect(await Promise.all(calls)).toEqual(calls.map((_, i) => i + 1));
  await vi.waitFor(() => expect(rpc.unknownReplies).toBe(count));
});
