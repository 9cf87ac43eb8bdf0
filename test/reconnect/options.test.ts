import { describe, expect, test, vi } from "vitest";
import { createContext as createBrowserContext } from "../../src/browser.js";
import { createContext } from "../../src/node.js";
import type { Context } from "../../src/node.js";
import * as browser from "../../src/reconnect/browser.js";
import { resolveOptions } from "../../src/reconnect/resolve-options.js";
import type { ReconnectOptions } from "../../src/reconnect/options.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { failure } from "../helpers/failure.js";

const URL = "ws://host.test/";

const plan = (options: ReconnectOptions, pings = true, url: string | globalThis.URL = URL) =>
  resolveOptions(url, options, pings ? createContext : createBrowserContext);

describe("reconnecting() throws at once and names the cause", () => {
  test.each([
    [5, "INVALID_OPTION", "reconnecting: options"],
    [null, "INVALID_OPTION", "reconnecting: options"],
    [[], "INVALID_OPTION", "reconnecting: options"],
    [{ retries: 5 }, "INVALID_OPTION", '"retries"'],
    [{ max_attempts: 5 }, "INVALID_OPTION", "maxAttempts"],
    [{ dialTimeout: -1 }, "INVALID_OPTION", "dialTimeout"],
    [{ headers: { Host: "x" } }, "INVALID_OPTION", "Host"],
    [{ protocols: [""] }, "INVALID_OPTION", "protocols"],
    [{ backoff: 5 }, "INVALID_OPTION", "backoff"],
    [{ backoff: { min: -1 } }, "INVALID_OPTION", "backoff: option min"],
    [{ backoff: { max: "soon" } }, "INVALID_OPTION", "backoff: option max"],
    [{ backoff: { factor: 0.99 } }, "INVALID_OPTION", "backoff: option factor"],
    [{ backoff: { factor: 101 } }, "INVALID_OPTION", "backoff: option factor"],
    [{ backoff: { factor: "2" } }, "INVALID_OPTION", "backoff: option factor"],
    [{ backoff: { jitter: 1 } }, "INVALID_OPTION", '"jitter"'],
    [{ stableAfter: {} }, "INVALID_OPTION", "stableAfter"],
    [{ maxAttempts: 0 }, "INVALID_OPTION", "maxAttempts"],
    [{ maxAttempts: 2 ** 31 }, "INVALID_OPTION", "maxAttempts"],
    [{ maxElapsed: NaN }, "INVALID_OPTION", "maxElapsed"],
    [{ shouldRetry: true }, "INVALID_OPTION", "shouldRetry"],
    [{ onConnect: "x" }, "INVALID_OPTION", "onConnect"],
    [{ onLost: {} }, "INVALID_OPTION", "onLost"],
    [{ marker: 1 }, "INVALID_OPTION", "marker"],
    [{ queue: { maxMessages: -1 } }, "INVALID_OPTION", "queue: option maxMessages"],
    [{ queue: { maxMessages: 1_000_001 } }, "INVALID_OPTION", "queue: option maxMessages"],
    [{ queue: { maxBytes: 0 } }, "INVALID_OPTION", "queue: option maxBytes"],
    [{ queue: { maxBytes: 2 ** 30 + 1 } }, "INVALID_OPTION", "queue: option maxBytes"],
    [{ queue: { ttl: "x" } }, "INVALID_OPTION", "queue: option ttl"],
    [{ queue: { whenFull: "drop" } }, "INVALID_OPTION", "queue: option whenFull"],
    [{ context: {} }, "INVALID_OPTION", "a Context"],
    [{ context: 5 }, "INVALID_OPTION", "context"],
    [{ signal: {} }, "INVALID_OPTION", "signal"],
    [{ keepAlive: true }, "INVALID_OPTION", "keepAlive"],
    [{ keepAlive: { interval: -1 } }, "INVALID_OPTION", "keepAlive"],
  ])("for the options %j", async (options, code, named) => {
    const error = await failure(() => reconnecting(URL, options as never));
    expect(error.code).toBe(code);
    expect(error.message).toContain(named);
  });

  test.each(["ftp://host.test/", "ws://host.test/#top", undefined, 5])(
    "for the URL %s",
    async (url) => {
      expect((await failure(() => reconnecting(url as never))).code).toBe("INVALID_URL");
    },
  );

  test.each([
    [{ webSocket: EventTarget, headers: {} }, "headers"],
    [{ webSocket: EventTarget, headers: () => ({}) }, "headers"],
    [{ webSocket: EventTarget, keepAlive: {} }, "keepAlive"],
  ])("for %j, which the platform does not support", async (options, named) => {
    const error = await failure(() => reconnecting(URL, options));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain(named);
  });

  test("for an option that the context's webSocket does not support", async () => {
    const context = createContext({ defaults: { webSocket: EventTarget } });
    const error = await failure(() => reconnecting(URL, { context, headers: {} }));
    expect(error.code).toBe("UNSUPPORTED");
  });
});

describe("an option", () => {
  test("that is omitted or 0 has its default", () => {
    const zeros = { backoff: { min: 0, max: 0 }, stableAfter: 0, queue: { ttl: 0 } };
    for (const options of [{}, zeros, { queue: {}, backoff: {} }]) {
      expect(plan(options)).toMatchObject({
        backoff: { min: 500, max: 30_000, factor: 2 },
        queue: { maxMessages: 1_000, maxBytes: 16_777_216, whenFull: "reject" },
        stableAfter: 5_000,
        dialTimeout: 30_000,
      });
    }
  });

  test("may have its smallest and its largest value", () => {
    const queue = { maxMessages: 1_000_000, maxBytes: 2 ** 30 };
    const options = { queue, maxAttempts: 2 ** 31 - 1, backoff: { factor: 100 } };
    expect(plan(options)).toMatchObject(options);
    const least = { queue: { maxMessages: 0, maxBytes: 1 }, maxAttempts: 1 };
    expect(plan(least)).toMatchObject(least);
  });
});

/** Its interval never ends during a test: 2^31-1 ms are 24 days. */
const PROBE_ONLY = { interval: 2_147_483_647, timeout: 10_000 };

/** Records option `keepAlive` of each dial of the context's clients. */
function recordKeepAlive(context: Context): unknown[] {
  const dialled: unknown[] = [];
  const prepare = context.prepare.bind(context);
  vi.spyOn(context, "prepare").mockImplementation((...args) => {
    const { open, ...prepared } = prepare(...args);
    return {
      ...prepared,
      open(url, options, latest) {
        dialled.push(options.keepAlive);
        return open(url, options, latest);
      },
    };
  });
  return dialled;
}

describe("keepAlive", () => {
  const keepAliveOf = (options: ReconnectOptions, pings = true) =>
    plan(options, pings).dialOptions.keepAlive;
  const usual = { interval: 20_000, timeout: 20_000 };
  const message = () => "x";
  const webSocket = EventTarget;

  test("is on by default if there are pings, and defaults to 20 s", () => {
    expect(keepAliveOf({})).toEqual(usual);
    expect(keepAliveOf({ keepAlive: { timeout: 5 } })).toEqual({ ...usual, timeout: 5 });
    for (const zero of [0, "0s"]) {
      expect(keepAliveOf({ keepAlive: { interval: 5, timeout: zero } })).toEqual({
        ...usual,
        interval: 5,
      });
    }
  });

  test("is off by default without pings, unless it has a message", () => {
    expect(keepAliveOf({}, false)).toBeUndefined();
    expect(keepAliveOf({ webSocket })).toBeUndefined();
    expect(keepAliveOf({ webSocket, keepAlive: { message } })).toEqual({ ...usual, message });
  });

  test.each([
    ["Node, which has pings", reconnecting, createContext, usual],
    ["browsers, which have none", browser.reconnecting, createBrowserContext, undefined],
  ])("has the default for %s", async (_where, make, create, expected) => {
    const context = create({ policy: () => false });
    const dialled = recordKeepAlive(context);
    await make(URL, { context }).closed;
    expect(dialled).toEqual([expected]);
  });

  test("set to false only probes after a wake-up, even if the context sets it", async () => {
    const defaults = { keepAlive: { interval: 7, timeout: 8 } };
    const context = createContext({ policy: () => false, defaults });
    const dialled = recordKeepAlive(context);
    for (const given of [{ keepAlive: false }, { keepAlive: false, context }] as const) {
      expect(keepAliveOf(given)).toEqual(PROBE_ONLY);
    }
    expect(keepAliveOf({ keepAlive: false }, false)).toBe(false);
    for (const [given, keepAlive] of [
      [{}, PROBE_ONLY],
      [{ webSocket }, false],
    ] as const) {
      const { error } = await reconnecting(URL, { context, keepAlive: false, ...given }).closed;
      expect(error?.code).toBe("CONNECT_FORBIDDEN");
      expect(dialled.at(-1)).toEqual(keepAlive);
    }
  });

  test("defaults to that of the context", () => {
    const context = createContext({ defaults: { keepAlive: { interval: 7, timeout: 8 } } });
    expect(keepAliveOf({ context })).toEqual({ interval: 7, timeout: 8 });
    expect(keepAliveOf({ context, keepAlive: { interval: 9 } })).toMatchObject({ interval: 9 });
  });
});

test("a function for headers or protocols that returns undefined selects the context's defaults", () => {
  const defaults = { headers: { "X-Default": "1" }, protocols: ["v1"] };
  const context = createContext({ defaults });
  const { dialOptions } = plan({ context, headers: () => undefined, protocols: () => undefined });
  expect(dialOptions).toMatchObject(defaults);
});

test("both entries have the same exports", () => {
  expect(Object.keys(browser)).toEqual(["reconnecting"]);
});

test("a URL object is copied", () => {
  const url = new globalThis.URL(URL);
  const { perAttempt } = plan({}, true, url);
  url.host = "other.test";
  const info = { attempt: 1, lastError: undefined, signal: new AbortController().signal };
  expect(perAttempt[0]?.(info)).toBe(URL);
});
