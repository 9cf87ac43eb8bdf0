import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createHub, jsonRpc, rpcError } from "../../../src/hub/node.js";
import { failureCode } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { reconnecting } from "../../../src/reconnect/node.js";
import { until } from "../../reconnect/support.js";
import { serve, textOf, URL, valuesOf } from "../support.js";
import { next, open, reply, result } from "./support.js";

checkLeaks();

/** Sends a request and returns the reply to it. */
async function ask(peer: Parameters<typeof next>[0], request: object): Promise<unknown> {
  await reply(peer, { jsonrpc: "2.0", ...request });
  return next(peer);
}

/** Collects the warnings that the package prints. */
function warnings(): unknown[] {
  const printed: unknown[] = [];
  vi.spyOn(console, "warn").mockImplementation((_text: unknown, cause: unknown) => {
    printed.push(cause);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return printed;
}

describe("on", () => {
  test("receives the parameters of notifications", async () => {
    const { rpc, peer } = await open();
    const ticks = rpc.on("tick");
    const again = rpc.on("tick", { capacity: 1, whenFull: "drop-newest" });
    const moves = rpc.on("moved");
    await reply(peer, { jsonrpc: "2.0", method: "tick", params: { n: 1 } });
    await reply(peer, { jsonrpc: "2.0", method: "moved", params: [3, 4] });
    await reply(peer, { jsonrpc: "2.0", method: "tick" });
    await peer.close();
    expect(await valuesOf(ticks)).toEqual([{ n: 1 }, undefined]);
    expect(await valuesOf(again)).toEqual([{ n: 1 }]);
    expect(again.dropped).toBe(1);
    expect(await valuesOf(moves)).toEqual([[3, 4]]);
  });

  test("leaves notifications without a listener, and other messages, to the hub", async () => {
    const { rpc, peer, client } = await open();
    const hub = createHub(client);
    const others = hub.subscribe();
    const ticks = rpc.on("tick");
    ticks.unsubscribe();
    const messages = [
      JSON.stringify({ jsonrpc: "2.0", method: "tick" }),
      JSON.stringify({ method: "tick" }),
      '{"jsonrpc":"2.0",',
      "plain",
      "[]",
      "[1,2]",
      '[{"jsonrpc":"2.0","method":"tick"},1]',
      "5",
    ];
    for (const text of messages) await peer.send(text);
    await peer.send(new Uint8Array([123, 125]));
    await peer.close();
    expect((await valuesOf(others)).map(textOf)).toEqual([...messages, "binary"]);
    expect(await valuesOf(ticks)).toEqual([]);
  });

  test("a full subscription slows the peer down", async () => {
    const { rpc, peer, client } = await open({ channelCapacity: 4 });
    const ticks = rpc.on("tick", { capacity: 2 });
    const sending = (async () => {
      for (let n = 1; n <= 500; n++) {
        await reply(peer, { jsonrpc: "2.0", method: "tick", params: { n } });
      }
    })();
    await vi.waitFor(() => expect(client.stats.timesPaused).toBe(1));
    expect(ticks.length).toBe(2);
    for (let n = 1; n <= 500; n++) expect((await ticks.receive()).value).toEqual({ n });
    await sending;
  });
});

describe("handle", () => {
  test("answers requests with what the function returns, by position, by name, or without", async () => {
    const { rpc, peer } = await open();
    rpc.handle("add", (a: number, b: number) => a + b);
    rpc.handle("greet", ({ name }: { name: string }) => Promise.resolve(`Hello ${name}`));
    rpc.handle("nothing", () => {});
    expect(await ask(peer, { id: 1, method: "add", params: [1, 2] })).toEqual(result(1, 3));
    expect(await ask(peer, { id: "x", method: "greet", params: { name: "Ada" } })).toEqual(
      result("x", "Hello Ada"),
    );
    expect(await ask(peer, { id: null, method: "nothing" })).toEqual(result(null, null));
  });

  test("answers with the error that rpcError makes", async () => {
    const { rpc, peer } = await open();
    rpc.handle("fail", () => {
      throw rpcError(7, "not today", { until: "tomorrow" });
    });
    rpc.handle("failLater", () => Promise.reject(rpcError(8, "nor later")));
    expect(await ask(peer, { id: 1, method: "fail" })).toEqual({
      jsonrpc: "2.0",
      id: 1,
      error: { code: 7, message: "not today", data: { until: "tomorrow" } },
    });
    expect(await ask(peer, { id: 2, method: "failLater" })).toMatchObject({
      error: { code: 8, message: "nor later" },
    });
  });

  test("answers any other exception with -32603 without its text, and shows the first one", async () => {
    const printed = warnings();
    const { rpc, peer } = await open();
    const causes = ["secret", "again"].map((text) => new Error(text));
    let calls = 0;
    rpc.handle("fail", () => Promise.reject(causes[calls++] ?? new Error("later")));
    const refusal = { code: -32_603, message: "Internal error" };
    expect(await ask(peer, { id: 1, method: "fail" })).toEqual({
      jsonrpc: "2.0",
      id: 1,
      error: refusal,
    });
    expect(await ask(peer, { id: 2, method: "fail" })).toMatchObject({ id: 2, error: refusal });
    await reply(peer, { jsonrpc: "2.0", method: "fail" });
    await vi.waitFor(() => expect(calls).toBe(3));
    expect(printed).toEqual([causes[0]]);
  });

  test("parameters that a function does not expect do not end the process", async () => {
    const printed = warnings();
    const { rpc, peer } = await open();
    rpc.handle("sum", (...numbers: number[]) => numbers.length);
    const params = Array.from({ length: 300_001 }, () => 0);
    expect(await ask(peer, { id: 1, method: "sum", params })).toMatchObject({
      error: { code: -32_603 },
    });
    expect(printed).toMatchObject([{ name: "RangeError" }]);
  });

  test.each([
    ["a bigint", 1n],
    ["a function", () => {}],
    ["a symbol", Symbol("x")],
  ])("answers %s with -32603, because it has no JSON", async (_, value) => {
    warnings();
    const { rpc, peer } = await open();
    rpc.handle("get", () => value);
    expect(await ask(peer, { id: 1, method: "get" })).toMatchObject({
      id: 1,
      error: { code: -32_603 },
    });
  });

  test("answers unknown methods with -32601, also those of Object.prototype", async () => {
    const { peer } = await open();
    for (const method of ["unknown", "__proto__", "toString", ""]) {
      expect(await ask(peer, { id: 1, method })).toMatchObject({ id: 1, error: { code: -32_601 } });
    }
  });

  test.each([
    [{ id: 1, method: 5 }, 1],
    [{ id: {}, method: "add" }, null],
    [{ id: true, method: "add" }, null],
    [{ id: 2, method: "add", params: "x" }, 2],
    [{ id: 3 }, 3],
    [{}, null],
  ])("answers the invalid request %j with -32600", async (request, id) => {
    const { rpc, peer } = await open();
    rpc.handle("add", () => 1);
    expect(await ask(peer, request)).toEqual({
      jsonrpc: "2.0",
      id,
      error: { code: -32_600, message: "Invalid Request" },
    });
  });

  test("a notification calls the function, and is not answered", async () => {
    const { rpc, peer } = await open();
    const seen: unknown[] = [];
    rpc.handle("log", (text: string) => seen.push(text));
    await reply(peer, { jsonrpc: "2.0", method: "log", params: ["a"] });
    expect(await ask(peer, { id: 1, method: "log", params: ["b"] })).toEqual(result(1, 2));
    expect(seen).toEqual(["a", "b"]);
  });

  test("has one function for each method, until it is removed", async () => {
    const { rpc, peer } = await open();
    const remove = rpc.handle("add", () => 1);
    expect(await failureCode(() => rpc.handle("add", () => 2))).toBe("INVALID_OPTION");
    expect(await failureCode(() => rpc.handle("other", 5 as never))).toBe("INVALID_OPTION");
    remove();
    rpc.handle("add", () => 3);
    expect(await ask(peer, { id: 1, method: "add" })).toEqual(result(1, 3));
  });

  test("answers a batch with a batch, in order, without its notifications", async () => {
    const { rpc, peer } = await open();
    rpc.handle("slow", () => new Promise((resolve) => setTimeout(resolve, 5, "slow")));
    rpc.handle("fast", () => "fast");
    const ticks = rpc.on("tick");
    const call = rpc.call("list");
    await next(peer);
    await reply(peer, [
      { jsonrpc: "2.0", id: "a", method: "slow" },
      { jsonrpc: "2.0", method: "tick", params: { n: 1 } },
      { jsonrpc: "2.0", id: "b", method: "fast" },
      result(1, ["mine"]),
      { jsonrpc: "2.0", id: "c" },
    ]);
    expect(await next(peer)).toEqual([
      result("a", "slow"),
      result("b", "fast"),
      { jsonrpc: "2.0", id: "c", error: { code: -32_600, message: "Invalid Request" } },
    ]);
    expect(await call).toEqual(["mine"]);
    expect((await ticks.receive()).value).toEqual({ n: 1 });
  });

  test("leaves a batch with a notification that nobody takes to the hub, and handles the rest", async () => {
    const { rpc, peer, client } = await open();
    rpc.handle("log", () => {});
    const hub = createHub(client);
    await reply(peer, [
      { jsonrpc: "2.0", method: "log" },
      { jsonrpc: "2.0", method: "unknown" },
    ]);
    expect(textOf((await hub.unclaimed.receive()).value)).toContain("unknown");
  });

  test("stops reading while 1,000 requests run, and while 2,000 run if a reply is awaited", async () => {
    const { rpc, peer, client } = await open({ channelCapacity: 1 });
    let running = 0;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    rpc.handle("wait", async () => {
      running++;
      await finished;
    });
    const sending = (async () => {
      for (let id = 1; id <= 3_000; id++) await reply(peer, { jsonrpc: "2.0", id, method: "wait" });
    })();
    await vi.waitFor(() => expect(client.stats.timesPaused).toBe(1));
    expect(running).toBe(1_000);
    const call = rpc.call("list");
    await vi.waitFor(() => expect(running).toBe(2_000));
    finish();
    const replies: unknown[] = [];
    while (replies.length < 3_001) replies.push(await next(peer));
    await sending;
    await reply(peer, result(1, []));
    await call;
    expect(running).toBe(3_000);
  });
});

test("stops reading while 1,000 functions of notifications run", async () => {
  const { rpc, peer, client } = await open({ channelCapacity: 1 });
  let running = 0;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  rpc.handle("log", async () => {
    running++;
    await finished;
  });
  const sending = (async () => {
    for (let i = 0; i < 1_500; i++) await reply(peer, { jsonrpc: "2.0", method: "log" });
  })();
  await vi.waitFor(() => expect(client.stats.timesPaused).toBe(1));
  expect(running).toBe(1_000);
  finish();
  await sending;
  await vi.waitFor(() => expect(running).toBe(1_500));
});

test("each notification of a batch counts as its part of the bytes", async () => {
  const { rpc, peer } = await open();
  const ticks = rpc.on("tick", { capacity: 1_000 });
  const filler = "x".repeat(200);
  const batch = Array.from({ length: 500 }, (_, n) => ({
    jsonrpc: "2.0",
    method: "tick",
    params: { n, filler },
  }));
  await reply(peer, batch);
  await reply(peer, { jsonrpc: "2.0", method: "tick", params: { n: 500 } });
  await vi.waitFor(() => expect(ticks.length).toBe(501));
});

test("a reply is not sent over another connection than its request", async () => {
  const server = serve();
  const client = reconnecting(URL, { backoff: { min: 1, max: 1 } });
  const rpc = jsonRpc(client);
  let finish = (): void => {};
  rpc.handle("slow", () => new Promise<void>((resolve) => (finish = resolve)));
  rpc.handle("fast", () => "fast");
  const first = await server.accept();
  await reply(first, { jsonrpc: "2.0", id: 1, method: "slow" });
  await until(client, "open");
  await vi.waitFor(() => expect(finish.length).toBe(1));
  first.terminate();
  const second = await server.accept();
  await until(client, "open");
  finish();
  expect(await ask(second, { id: 1, method: "fast" })).toEqual(result(1, "fast"));
  await client.close();
});

test("both directions at once: a function that calls back before it answers", async () => {
  const { rpc, peer } = await open();
  rpc.handle("double", async (n: number) => 2 * (await rpc.call("add", [n, 0])));
  await reply(peer, { jsonrpc: "2.0", id: "q", method: "double", params: [21] });
  expect(await next(peer)).toMatchObject({ id: 1, method: "add", params: [21, 0] });
  await reply(peer, result(1, 21));
  expect(await next(peer)).toEqual(result("q", 42));
});

test("untyped, any method and event can be used", async () => {
  const { client, peer } = await open();
  const rpc = jsonRpc(client);
  const call = rpc.call("any.method", { a: 1 });
  expect(await next(peer)).toMatchObject({ method: "any.method", params: { a: 1 } });
  await reply(peer, result(1, "any"));
  expect(await call).toBe("any");
  const events = rpc.on("any.event");
  await reply(peer, { jsonrpc: "2.0", method: "any.event", params: [1] });
  expect((await events.receive()).value).toEqual([1]);
});
