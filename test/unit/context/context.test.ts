import { describe, expect, test } from "vitest";
import { bindConnect, bindCreateContext } from "../../../src/context/connect.js";
import type { ContextOptions } from "../../../src/context/context-options.js";
import * as node from "../../../src/node.js";
import type { ConnectOptions } from "../../../src/options/connect-options.js";
import type { PolicyRequest } from "../../../src/policy/policy.js";
import type { DialRequest, Platform } from "../../../src/protocol/dial.js";
import { collectGarbage } from "../../helpers/collect-garbage.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { FakeTransport, NODE } from "../../helpers/unit-transport.js";

useClock();

/** A platform whose dials only the test can open. */
class FakeDial {
  readonly requests: DialRequest[] = [];
  readonly transports: FakeTransport[] = [];
  readonly handlers: ReturnType<DialRequest["open"]>[] = [];
  opens = true;

  readonly platform: Platform = {
    ...NODE,
    dial: (request) => {
      this.requests.push(request);
      return this.opens ? this.#open(request) : new Promise(() => {});
    },
  };

  async #open(request: DialRequest): Promise<void> {
    const transport = new FakeTransport();
    const handler = request.open(transport, request.url);
    transport.handler = handler;
    transport.onClose = () => queueMicrotask(() => handler.onEnd({ code: 1000, reason: "" }));
    this.transports.push(transport);
    this.handlers.push(handler);
  }
}

function setUp(options?: ContextOptions): {
  dial: FakeDial;
  context: ReturnType<ReturnType<typeof bindCreateContext>>;
} {
  const dial = new FakeDial();
  const context = bindCreateContext(() => dial.platform)(options);
  return { dial, context };
}

const URL_A = "ws://a.test/p";

describe("a context", () => {
  test("lists its connections while they are open", async () => {
    const { dial, context } = setUp();
    const [a, b] = await Promise.all([context.connect(URL_A), context.connect("ws://b.test/")]);
    expect(context.connections).toEqual([a, b]);
    expect(context.connection(a.id)).toBe(a);
    expect(a.id).not.toBe(b.id);
    expect(a.url).toBe(URL_A);
    dial.handlers[0]?.onEnd({ code: 1006, reason: "" });
    await a.closed;
    expect(context.connections).toEqual([b]);
    const error = await failure(() => context.connection(a.id));
    expect(error).toMatchObject({ code: "UNKNOWN_CONNECTION", kind: "INTERNAL", retryable: false });
    expect(error.message).toContain(a.id);
    await context.close();
  });

  test("releases its connections when they have ended", async () => {
    let transport: FakeTransport | undefined;
    const platform: Platform = {
      ...NODE,
      dial: async ({ open, url }) => {
        transport = new FakeTransport();
        transport.handler = open(transport, url);
      },
    };
    const context = bindCreateContext(() => platform)();
    // A separate function, because this function's suspended frame would keep the client alive.
    const connect = async (): Promise<WeakRef<object>> => new WeakRef(await context.connect(URL_A));
    const client = await connect();
    transport?.end({ code: 1000, reason: "" });
    transport = undefined;
    // A WeakRef keeps its target alive for the turn in which it was created or dereferenced.
    await turns();
    collectGarbage();
    expect(client.deref()).toBeUndefined();
    await context.close();
  });

  test.each(["", "x", "constructor", undefined, null, 5, Object.create(null)])(
    "has no connection with the id %o",
    async (id) => {
      const { context } = setUp();
      expect(await failureCode(() => context.connection(id as string))).toBe("UNKNOWN_CONNECTION");
    },
  );

  test("lets each option of a call override its default", async () => {
    const { dial, context } = setUp({
      defaults: {
        readLimit: 1000,
        headers: { "X-A": "1" },
        closeTimeout: "7s",
        meta: { a: 1, b: 1 },
      },
    });
    await context.connect(URL_A, {
      readLimit: 2000,
      headers: { "X-B": "2" },
      closeTimeout: undefined,
    });
    expect(dial.requests[0]?.options).toMatchObject({
      readLimit: 2000,
      headers: { "X-B": "2" },
      closeTimeout: 7000,
    });
    expect(dial.requests[0]?.options.headers).not.toHaveProperty("X-A");
    await context.connect(URL_A);
    expect(dial.requests[1]?.options).toMatchObject({ readLimit: 1000, headers: { "X-A": "1" } });
    await context.close();
  });

  test("dials with its platform's guard for denyPrivateNetworks, whatever the options of a call", async () => {
    const dial = new FakeDial();
    const guarded = new FakeDial();
    const platform: Platform = {
      ...dial.platform,
      contextParsers: {
        denyPrivateNetworks: (value) => (value === true ? guarded.platform.dial : undefined),
      },
    };
    const create = bindCreateContext((webSocket) => (webSocket ? dial.platform : platform));
    const context = create({ denyPrivateNetworks: true });
    await context.connect(URL_A);
    await context.connect(URL_A, { webSocket: Object });
    expect(guarded.requests.map(({ options }) => options.webSocket)).toEqual([undefined, Object]);
    expect(dial.requests).toEqual([]);
    const open = create({ denyPrivateNetworks: false });
    await open.connect(URL_A);
    expect(dial.requests).toHaveLength(1);
    await Promise.all([context.close(), open.close()]);
  });

  test("keeps the defaults of its creation", async () => {
    const headers: Record<string, string> = { "X-A": "1" };
    const protocols = ["a"];
    const defaults = { headers, protocols, readLimit: 1000 };
    const { dial, context } = setUp({ defaults });
    headers["X-A"] = "2";
    protocols.push("b");
    defaults.readLimit = 5;
    await context.connect(URL_A);
    expect(dial.requests[0]?.options).toMatchObject({
      headers: { "X-A": "1" },
      protocols: ["a"],
      readLimit: 1000,
    });
    await context.close();
  });

  test("passes actor and meta to policies, with the call's meta merged over its own", async () => {
    const asked: PolicyRequest[] = [];
    const actor = { user: 1 };
    const meta = { tenant: "a", region: "eu" };
    const { context } = setUp({ actor, meta, policy: (request) => asked.push(request) > 0 });
    meta.tenant = "changed";
    await context.connect("http://a.test/p?token=1", { meta: { tenant: "b" } });
    expect(asked.map(({ action, resource }) => [action, resource])).toEqual([
      ["websocket.connect", ""],
      ["websocket.connect.url", "ws://a.test/p?token=1"],
    ]);
    for (const request of asked) {
      expect(request.actor).toBe(actor);
      expect(request.meta).toEqual({ tenant: "b", region: "eu" });
      expect(Object.isFrozen(request) && Object.isFrozen(request.meta)).toBe(true);
    }
    await context.connect(URL_A);
    expect(asked.at(-1)?.meta).toEqual({ tenant: "a", region: "eu" });
    await context.close();
  });

  test("asks its own policy and the call's, and both must allow", async () => {
    for (const [own, call, allowed] of [
      [true, true, true],
      [true, false, false],
      [false, true, false],
    ] as const) {
      const { dial, context } = setUp({ policy: () => own });
      const connecting = context.connect(URL_A, { policy: () => call });
      if (allowed) expect((await connecting).state).toBe("open");
      else expect(await failureCode(connecting)).toBe("CONNECT_FORBIDDEN");
      expect(dial.requests).toHaveLength(allowed ? 1 : 0);
      await context.close();
    }
  });

  test("that is strict needs its own policy", async () => {
    const { dial, context } = setUp({ strict: true });
    for (const options of [{}, { policy: () => true }]) {
      const error = await failure(context.connect(URL_A, options));
      expect(error).toMatchObject({ code: "CONNECT_FORBIDDEN", kind: "PERMISSION_DENIED" });
    }
    expect(dial.requests).toEqual([]);
    for (const settings of [{ strict: true, policy: () => true }, { strict: false }]) {
      const other = setUp(settings);
      expect((await other.context.connect(URL_A)).state).toBe("open");
      await other.context.close();
    }
  });
});

describe("closing a context", () => {
  test("aborts its dials and closes its connections", async () => {
    const { dial, context } = setUp();
    const client = await context.connect(URL_A);
    dial.opens = false;
    const dialling = failure(context.connect(URL_A));
    await microtasks();
    const closing = context.close(4000, "bye");
    expect(await dialling).toMatchObject({
      code: "NO_CONTEXT",
      kind: "INTERNAL",
      retryable: false,
      message: "connect: the context is closed",
    });
    expect(dial.requests[1]?.signal.aborted).toBe(true);
    expect(dial.transports[0]?.calls).toEqual(["close 4000 bye"]);
    await closing;
    expect(await client.closed).toMatchObject({ code: 4000, reason: "bye", by: "local" });
    expect(context.connections).toEqual([]);
    await context.closed;
  });

  test("sends 1001 by default, and returns the same promise each time", async () => {
    const { dial, context } = setUp();
    await context.connect(URL_A);
    const closing = context.close();
    expect(context.close(4001)).toBe(closing);
    expect(context.close(999)).toBe(closing);
    await closing;
    expect(dial.transports[0]?.calls).toEqual(["close 1001"]);
    expect(context.close()).toBe(closing);
  });

  test("waits for its connections to end", async () => {
    const { dial, context } = setUp();
    await context.connect(URL_A);
    const [transport] = dial.transports;
    if (transport) transport.onClose = undefined;
    const closing = context.close();
    expect(await stateOf(closing)).toBe("pending");
    expect(await stateOf(context.closed)).toBe("pending");
    await advance(5_100);
    expect(await stateOf(closing)).toBe("resolved");
  });

  test("aborts dials while they ask the policy and while they connect", async () => {
    let decide: (allowed: boolean) => void = () => {};
    const { dial, context } = setUp({ policy: () => new Promise((resolve) => (decide = resolve)) });
    const asking = failureCode(context.connect(URL_A));
    await microtasks();
    void context.close();
    expect(await asking).toBe("NO_CONTEXT");
    decide(true);
    await microtasks();
    expect(dial.requests).toEqual([]);
  });

  test("rejects later calls of connect, without asking a policy or dialling", async () => {
    let asked = 0;
    const { dial, context } = setUp({ policy: () => ++asked > 0 });
    await context.close();
    expect(await failureCode(context.connect(URL_A))).toBe("NO_CONTEXT");
    expect(asked).toBe(0);
    expect(dial.requests).toEqual([]);
  });

  test.each<[unknown, unknown]>([
    [1005, ""],
    [2000, ""],
    ["1000", ""],
    [1000, "x".repeat(124)],
    [1000, null],
  ])("with %o and %o rejects with INVALID_CLOSE and closes nothing", async (code, reason) => {
    const { context } = setUp();
    const client = await context.connect(URL_A);
    expect(await failureCode(context.close(code as number, reason as string))).toBe(
      "INVALID_CLOSE",
    );
    expect(client.state).toBe("open");
    expect((await context.connect(URL_A)).state).toBe("open");
    await context.close();
  });

  test("is triggered by its signal, aborted before or after its creation", async () => {
    const controller = new CountingController();
    const { dial, context } = setUp({ signal: controller.signal });
    const client = await context.connect(URL_A);
    expect(controller.listeners).toBe(1);
    controller.abort();
    await context.closed;
    expect(dial.transports[0]?.calls).toEqual(["close 1001"]);
    expect(client.state).toBe("closed");
    const late = setUp({ signal: AbortSignal.abort() });
    expect(await failureCode(late.context.connect(URL_A))).toBe("NO_CONTEXT");
    await late.context.closed;
  });

  test("leaves no listener on its signal", async () => {
    const controller = new CountingController();
    const { context } = setUp({ signal: controller.signal });
    await context.close();
    await microtasks();
    expect(controller.listeners).toBe(0);
  });

  test("is called when the context is disposed", async () => {
    const { dial, context } = setUp();
    {
      await using used = context;
      await used.connect(URL_A);
    }
    expect(dial.transports[0]?.calls).toEqual(["close 1001"]);
    expect(await failureCode(context.connect(URL_A))).toBe("NO_CONTEXT");
  });

  test("does not close the connections of other contexts", async () => {
    const dial = new FakeDial();
    const connect = bindConnect(() => dial.platform);
    const create = bindCreateContext(() => dial.platform);
    const client = await connect(URL_A);
    const context = create();
    expect(context.connections).toEqual([]);
    await context.close();
    expect(client.state).toBe("open");
    client.terminate();
  });
});

describe("a dial", () => {
  test("ends after dialTimeout, in the policy or while connecting", async () => {
    for (const policy of [() => true, () => new Promise<boolean>(() => {})]) {
      const { dial, context } = setUp();
      dial.opens = false;
      let found: string | undefined;
      const connecting = context.connect(`${URL_A}?token=1`, { dialTimeout: 1000, policy });
      const ended = failure(connecting).then((error) => {
        found = error.code;
        return error;
      });
      await advance(999);
      expect(found).toBeUndefined();
      await advance(10);
      const error = await ended;
      expect(error).toMatchObject({ code: "DIAL_TIMEOUT", kind: "TIMEOUT", retryable: true });
      expect(error.message).toBe("dial ws://a.test/p?...: not open after 1000 ms");
      for (const { signal } of dial.requests) expect(signal.reason).toBe(error);
      await context.close();
    }
  });

  test("is aborted by its signal, which has no effect on an open connection", async () => {
    const { dial, context } = setUp();
    const controller = new CountingController();
    const { signal } = controller;
    const open = await context.connect(URL_A, { signal });
    expect(controller.listeners).toBe(0);
    dial.opens = false;
    const dialling = failure(context.connect(URL_A, { signal }));
    await microtasks();
    expect(controller.listeners).toBe(1);
    const cause = new Error("enough");
    controller.abort(cause);
    expect(await dialling).toMatchObject({ code: "ABORTED", kind: "CANCELED", cause });
    expect(controller.listeners).toBe(0);
    expect(open.state).toBe("open");
    expect(await failureCode(context.connect(URL_A, { signal }))).toBe("ABORTED");
    expect(dial.requests).toHaveLength(2);
    await context.close();
  });

  test("that fails leaves no timer and no listener", async () => {
    const controller = new CountingController();
    const refused = { ...NODE, dial: () => Promise.reject(new Error("no")) };
    const connect = bindConnect(() => refused);
    await expect(connect(URL_A, { signal: controller.signal })).rejects.toThrow("no");
    expect(controller.listeners).toBe(0);
  });

  test("uses its inputs as they were at the call", async () => {
    const { dial, context } = setUp({
      policy: async () => {
        await microtasks();
        return true;
      },
    });
    const url = new URL(URL_A);
    const headers: Record<string, string> = { "X-A": "1" };
    const options: { headers: Record<string, string>; protocols: string[] } = {
      headers,
      protocols: ["a"],
    };
    const connecting = context.connect(url, options);
    url.host = "evil.test";
    headers["X-A"] = "2";
    options.protocols.push("b");
    await connecting;
    expect(dial.requests[0]?.url.href).toBe(URL_A);
    expect(dial.requests[0]?.options).toMatchObject({ headers: { "X-A": "1" }, protocols: ["a"] });
    await context.close();
  });
});

describe("createContext of Node's entry", () => {
  // With an aborted signal the options are fully validated, and nothing is dialled.
  const signal = AbortSignal.abort();
  const options: [string, ConnectOptions][] = [
    ["headers", { headers: { Authorization: "Bearer x" } }],
    ["node", { node: { family: 4 } }],
    ["compression", { compression: 1 }],
    ["nothing", {}],
  ];

  test.each(options)("accepts the same options as connect: %s", async (_, given) => {
    for (const connect of [
      node.connect,
      (url: string, all: ConnectOptions) => node.createContext().connect(url, all),
      node.default.connect,
      (url: string, all: ConnectOptions) => node.default.createContext().connect(url, all),
    ]) {
      expect(await failureCode(connect(URL_A, { ...given, signal }))).toBe("ABORTED");
    }
    const context = node.createContext({ defaults: given });
    expect(await failureCode(context.connect(URL_A, { signal }))).toBe("ABORTED");
  });

  test("uses the webSocket of its defaults, also if a call's is undefined", async () => {
    const context = node.createContext({ defaults: { webSocket: Date } });
    for (const more of [{}, { webSocket: undefined }]) {
      const connecting = context.connect(URL_A, { headers: { "X-A": "1" }, signal, ...more });
      expect(await failureCode(connecting)).toBe("UNSUPPORTED");
    }
  });

  test("ignores the default keepAlive if a call overrides it for its class", async () => {
    const context = node.createContext({ defaults: { keepAlive: {} } });
    const connecting = (given: ConnectOptions): Promise<unknown> =>
      context.connect(URL_A, { webSocket: Date, signal, ...given });
    expect(await failureCode(connecting({}))).toBe("UNSUPPORTED");
    expect(await failureCode(connecting({ keepAlive: undefined }))).toBe("UNSUPPORTED");
    expect(await failureCode(connecting({ keepAlive: false }))).toBe("ABORTED");
    expect(await failureCode(connecting({ keepAlive: { message: () => "" } }))).toBe("ABORTED");
  });

  test("rejects on creation defaults that their webSocket cannot support", async () => {
    const defaults = { webSocket: Date, headers: { "X-A": "1" } };
    expect(await failureCode(() => node.createContext({ defaults }))).toBe("UNSUPPORTED");
  });

  test("rejects defaults that are not an options object", async () => {
    const make = (): unknown => node.createContext({ defaults: null as unknown as object });
    expect(await failureCode(make)).toBe("INVALID_OPTION");
  });
});
