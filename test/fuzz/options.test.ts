import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { bindConnect } from "../../src/context/connect.js";
import { WsError } from "../../src/errors/ws-error.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import type { Dial, DialOptions, Platform } from "../../src/protocol/dial.js";
import { explore } from "../helpers/fuzz.js";
import { conclude } from "../helpers/outcome.js";
import { collectUncaught } from "../helpers/uncaught.js";
import { BROWSER, FakeTransport, NODE } from "../helpers/unit-transport.js";

/** Values of all kinds, including many that JSON cannot represent. */
const anything = fc.oneof(
  fc.anything({
    maxDepth: 2,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.constantFrom<unknown>(
    ...[Symbol("s"), () => {}, Map, new Proxy({}, {}), new Proxy([], {}), /x/, new Error("x")],
    ...[NaN, Infinity, -0, -1, 0.5, 2 ** 31, 2 ** 53, "1h", "1d", "-1s", "", " ", "__proto__"],
    ...[Object.create({ webSocket: 5 }), Object.freeze([]), Promise.resolve(), new WeakMap()],
  ),
  // Iterables of any values.
  fc.array(fc.anything({ maxDepth: 1 }), { maxLength: 3 }).map((items) => new Set(items)),
  fc.array(fc.anything({ maxDepth: 1 }), { maxLength: 3 }).map((items) => ({
    *[Symbol.iterator]() {
      yield* items;
    },
  })),
);

/** Numbers at and beyond the ends of ranges, and values that look like numbers. */
const edges = fc.constantFrom<unknown>(
  ...[-1, 0, 0.5, 1, 3, 20, 21, 1_000, 10_000, 10_001, 65_535, 65_536, 104_857_600, 104_857_601],
  ...[134_217_728, 134_217_729, 1_073_741_824, 1_073_741_825, 2 ** 31 - 1, 2 ** 31, 2 ** 53],
  ...[NaN, Infinity, null, true, "", "0", "1", "x"],
);

const durations = fc.constantFrom<unknown>(0, 1, 0.5, 2_147_483_647, "30s", "1h15m", "0");

const integers = (min: number, max: number): fc.Arbitrary<unknown> =>
  fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));

/** Values that the table of options allows for each option. */
const VALID: Record<keyof ConnectOptions, fc.Arbitrary<unknown>> = {
  headers: fc.oneof(
    fc.constantFrom({}, new Headers({ a: "b" }), new Map([["a", "b"]])),
    fc.dictionary(
      fc.constantFrom("Authorization", "x-a", "X-A", "Host", "sec-websocket-key", "a b", "a\r\nb"),
      fc.constantFrom<unknown>("v", "", "\u00e4", "a\r\nb", "\u20ac", 5, null),
      { maxKeys: 2 },
    ),
  ),
  protocols: fc.constantFrom("chat", [], ["a", "b"], Object.freeze(["c"])),
  dialTimeout: durations,
  readTimeout: durations,
  writeTimeout: durations,
  closeTimeout: durations,
  compression: fc.constantFrom(0, 1, 2, "disabled", "context_takeover", "no_context_takeover"),
  compressionThreshold: integers(0, 104_857_600),
  readLimit: integers(0, 1_073_741_824),
  channelCapacity: integers(1, 10_000),
  bufferLimit: fc.oneof(fc.constant(0), integers(65_536, 1_073_741_824)),
  discardIncoming: fc.boolean(),
  sendHighWaterMark: integers(1, 1_073_741_824),
  signal: fc.constantFrom(new AbortController().signal, AbortSignal.abort()),
  policy: fc.constantFrom(
    () => true,
    () => Promise.resolve(true),
    () => false,
  ),
  meta: fc.constantFrom({}, { a: 1 }, Object.create(null)),
  keepAlive: fc.record(
    {
      interval: durations,
      timeout: durations,
      message: fc.constant(() => ""),
      prefer: fc.constantFrom("ping", "message"),
      onPong: fc.func(fc.nat()),
    },
    { requiredKeys: [] },
  ),
  observe: fc.constant(() => {}),
  observeMessages: fc.boolean(),
  backpressure: fc.constantFrom("auto", "buffer", "stream"),
  webSocket: fc.constant(undefined),
  codec: fc.constant({ name: "none", decoder: () => () => {} }),
  node: fc.oneof(
    fc.constantFrom({}, { family: 4 }, { followRedirects: true, maxRedirects: 3 }),
    fc.dictionary(
      fc.constantFrom(
        ...["agent", "tls", "lookup", "family", "localAddress", "origin"],
        ...["followRedirects", "maxRedirects", "other"],
      ),
      fc.oneof(anything, edges),
      { maxKeys: 2 },
    ),
  ),
};

const entries = fc.oneof(
  ...Object.entries(VALID).map(([name, valid]) =>
    fc.tuple(fc.constant(name), fc.oneof({ weight: 4, arbitrary: valid }, anything, edges)),
  ),
);

const unknownEntries = fc.tuple(
  fc.oneof(fc.string(), fc.constantFrom("dial_timeout", "__proto__", "constructor", "toString")),
  anything,
);

/** Options objects of several kinds, such as frozen objects and proxies. */
const objects = fc
  .record({
    entries: fc.array(
      fc.oneof({ weight: 20, arbitrary: entries }, { weight: 1, arbitrary: unknownEntries }),
      { maxLength: 4 },
    ),
    make: fc.constantFrom("plain", "bare", "frozen", "getters", "proxy", "inherited"),
  })
  .map(({ entries, make }) => {
    const target = make === "bare" ? (Object.create(null) as object) : {};
    for (const [name, value] of entries) {
      Object.defineProperty(target, name, {
        enumerable: true,
        configurable: true,
        ...(make === "getters" ? { get: () => value } : { value, writable: true }),
      });
    }
    if (make === "frozen") return Object.freeze(target);
    if (make === "proxy") return new Proxy(target, {});
    return make === "inherited" ? (Object.create(target) as object) : target;
  });

const given = fc.oneof({ weight: 20, arbitrary: objects }, { weight: 1, arbitrary: anything });

/** Checks that the options of a dial are within the ranges of the table of options. */
function checkRanges(options: DialOptions): void {
  const { headers, protocols, compression, compressionThreshold, readLimit, node } = options;
  const within = (value: unknown, min: number, max: number): void =>
    assert.ok(typeof value === "number" && value >= min && value <= max, String(value));
  for (const text of [...Object.entries(headers).flat(), ...protocols]) {
    assert.equal(typeof text, "string");
    assert.doesNotMatch(text, /[\r\n\0]/);
  }
  for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^(host|sec-websocket-.*)$/i);
  within(compression, 0, 2);
  within(compressionThreshold, 0, 104_857_600);
  within(readLimit, 1, 1_073_741_824);
  within(options.closeTimeout, Number.MIN_VALUE, 2_147_483_647);
  for (const timeout of [options.readTimeout, options.writeTimeout]) {
    if (timeout !== undefined) within(timeout, Number.MIN_VALUE, 2_147_483_647);
  }
  const { channelCapacity, bufferLimit, sendHighWaterMark } = options as unknown as ConnectOptions;
  within(channelCapacity, 1, 10_000);
  within(bufferLimit, 65_536, 1_073_741_824);
  within(sendHighWaterMark, 1, 1_073_741_824);
  within(node.maxRedirects ?? 0, 0, 20);
  assert.ok([0, 4, 6, undefined].includes(node.family));
  assert.ok(["boolean", "undefined"].includes(typeof node.followRedirects));
}

/** Error codes that an option can lead to. */
const CODES = ["ABORTED", "CONNECT_FORBIDDEN", "INVALID_OPTION", "UNSUPPORTED"];

/** Connects with these options. Returns the options of the dial, or the error of the call. */
async function connectWith(
  options: unknown,
  base: Platform,
): Promise<{ dialled?: DialOptions; error?: unknown }> {
  let dialled: DialOptions | undefined;
  const dial: Dial = async ({ options, url, open }) => {
    dialled = options;
    open(new FakeTransport(), url);
  };
  const connect = bindConnect((webSocket) => ({ ...(webSocket ? BROWSER : base), dial }));
  // The call is outside `try`, because it must reject and not throw.
  const attempt = connect("ws://host.test/", options as ConnectOptions);
  try {
    (await attempt).terminate();
    return dialled ? { dialled } : {};
  } catch (error) {
    assert.equal(dialled, undefined);
    return { error };
  }
}

/** Options that throw when they are read. */
const traps: Record<string, (thrown: Error) => object> = {
  "a getter": (thrown) => ({
    get dialTimeout() {
      throw thrown;
    },
  }),
  "a getter in meta": (thrown) => ({
    meta: {
      get tenant() {
        throw thrown;
      },
    },
  }),
  "the get trap of a proxy": (thrown) =>
    new Proxy(
      { dialTimeout: 1 },
      {
        get() {
          throw thrown;
        },
      },
    ),
  "the ownKeys trap of a proxy": (thrown) =>
    new Proxy(
      {},
      {
        ownKeys() {
          throw thrown;
        },
      },
    ),
};

describe.for([
  ["Node", NODE],
  ["a browser", BROWSER],
] as const)("connect in %s", ([, platform]) => {
  test("dials with values in range or rejects with a WsError, for any options", (context) => {
    // A random function that is given as the observer may throw.
    collectUncaught();
    return explore(context, {
      claim: "a WsError or values in range; the input is unchanged",
      runs: 10_000,
      given,
      meets: [...CODES, "dialled"],
      async check(options) {
        const before = fc.stringify(options);
        const { dialled, error } = await connectWith(options, platform);
        assert.equal(fc.stringify(options), before);
        if (dialled) {
          checkRanges(dialled);
          return ["dialled"];
        }
        assert.ok(WsError.is(error), `not a WsError: ${fc.stringify(error)}`);
        return [error.code];
      },
    });
  });

  test.for(Object.entries(traps))(
    "rejects with the error that %s throws, and does not dial",
    async ([, make], context) => {
      const thrown = new Error("thrown");
      const { dialled, error } = await connectWith(make(thrown), platform);
      conclude(context, {
        expected: "rejected with the thrown error",
        happened: dialled
          ? "dialled"
          : `rejected with ${error === thrown ? "the thrown error" : String(error)}`,
      });
    },
  );
});
