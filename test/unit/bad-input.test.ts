import { describe, expect, test, vi } from "vitest";
import { Channel } from "../../src/channel/channel.js";
import { bindConnect, bindCreateContext } from "../../src/context/connect.js";
import type { ContextOptions } from "../../src/context/context-options.js";
import { parseDuration } from "../../src/time/duration.js";
import type { ErrorCode } from "../../src/errors/error-codes.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import { definePolicy } from "../../src/policy/rules.js";
import type { PolicyRule } from "../../src/policy/policy.js";
import { select } from "../../src/channel/select.js";
import { after, ticker } from "../../src/channel/timer.js";
import type { Platform, PlatformFor } from "../../src/protocol/dial.js";
import { failure } from "../helpers/failure.js";
import { BROWSER, NODE, openClient } from "../helpers/unit-transport.js";

/** A secret that no error message may contain, wherever it was passed in. */
const SECRET = "hunter2";
const OK_URL = `wss://host.test/path?token=${SECRET}`;

const dial = vi.fn(() => Promise.reject(new Error("dialled")));

function bound(base: Platform): {
  connect: ReturnType<typeof bindConnect>;
  createContext: ReturnType<typeof bindCreateContext>;
} {
  const platform = { ...base, dial };
  const custom = { ...BROWSER, dial };
  const platformFor: PlatformFor = (webSocket) => (webSocket ? custom : platform);
  return {
    connect: bindConnect(platformFor),
    createContext: bindCreateContext(platformFor),
  };
}

/** The input, the error code, and texts that the message must contain. */
type Row = readonly [input: unknown, code: ErrorCode, ...named: (string | RegExp)[]];

async function check(attempt: () => unknown, row: readonly unknown[]): Promise<void> {
  const [, code, ...named] = row as Row;
  dial.mockClear();
  const error = await failure(attempt);
  expect(error.code).toBe(code);
  for (const name of named) expect(error.message).toMatch(name);
  expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain(SECRET);
  expect(dial).not.toHaveBeenCalled();
}

const urls: Row[] = [
  ["", "INVALID_URL", /^connect: ""/],
  ["host.test", "INVALID_URL", "host.test", "ws://"],
  ["/relative", "INVALID_URL", "/relative"],
  ["//host.test/", "INVALID_URL"],
  ["ws://", "INVALID_URL", "ws://"],
  ["ws://:80/", "INVALID_URL"],
  ["ws://a b/", "INVALID_URL"],
  ["ws://host.test:99999/", "INVALID_URL"],
  ["ws://[::1", "INVALID_URL"],
  ["ftp://host.test/", "INVALID_URL", "ftp:", "scheme"],
  ["file:///etc/passwd", "INVALID_URL", "scheme"],
  ["data:text/plain,x", "INVALID_URL", "scheme"],
  ["ws://host.test/#top", "INVALID_URL", "fragment"],
  ["ws://host.test/#", "INVALID_URL", "fragment"],
  [`ws://host.test/?token=${SECRET}#top`, "INVALID_URL", "fragment", "ws://host.test/"],
  [`ws://me:${SECRET}@host.test/#top`, "INVALID_URL", "fragment"],
  [`ftp://me:${SECRET}@host.test/?${SECRET}`, "INVALID_URL", "scheme"],
  [`ws://me:${SECRET}@`, "INVALID_URL"],
  [`wss//me:${SECRET}@host.test`, "INVALID_URL"],
  [new URL(`https://host.test/?${SECRET}#x`), "INVALID_URL", "fragment"],
  ["ws+unix://host/run/app.sock", "INVALID_URL", "socket"],
  ["ws+unix:", "INVALID_URL"],
  [null, "INVALID_URL", "null"],
  [undefined, "INVALID_URL", "undefined"],
  [5, "INVALID_URL", "5"],
  [true, "INVALID_URL", "true"],
  [{}, "INVALID_URL", "object"],
  [{ href: 5 }, "INVALID_URL"],
  [["ws://host.test/"], "INVALID_URL"],
  [Symbol("x"), "INVALID_URL", "Symbol(x)"],
];

const options: Row[] = [
  [5, "INVALID_OPTION", "options must be an object", "5"],
  [null, "INVALID_OPTION", "options must be an object", "null"],
  ["chat", "INVALID_OPTION", "options must be an object"],
  [["chat"], "INVALID_OPTION"],
  [() => {}, "INVALID_OPTION", "options"],
  [{ timeout: 5 }, "INVALID_OPTION", '"timeout"', "dialTimeout"],
  [{ dial_timeout: 5 }, "INVALID_OPTION", '"dial_timeout"', "dialTimeout"],
  [{ READ_LIMIT: 5 }, "INVALID_OPTION", '"READ_LIMIT"', "readLimit"],
  [{ headers: SECRET }, "INVALID_OPTION", "headers"],
  [{ headers: `Authorization: Bearer ${SECRET}` }, "INVALID_OPTION", "headers"],
  [{ headers: [SECRET] }, "INVALID_OPTION", "headers"],
  [{ headers: { Host: SECRET } }, "INVALID_OPTION", "headers", "Host"],
  [{ headers: { "Sec-WebSocket-Key": SECRET } }, "INVALID_OPTION", "headers", "Sec-WebSocket-Key"],
  [{ headers: { Authorization: `${SECRET}\r\n` } }, "INVALID_OPTION", "headers", "Authorization"],
  [{ headers: { Authorization: `${SECRET}\u20ac` } }, "INVALID_OPTION", "headers", "Authorization"],
  [{ headers: { Authorization: [SECRET] } }, "INVALID_OPTION", "headers", "Authorization"],
  [{ headers: { Authorization: undefined } }, "INVALID_OPTION", "headers", "Authorization"],
  [{ headers: { "": SECRET } }, "INVALID_OPTION", "headers"],
  [{ headers: null }, "INVALID_OPTION", "headers", "null"],
  [{ headers: new Set([5]) }, "INVALID_OPTION", "headers"],
  [{ headers: new Set([SECRET]) }, "INVALID_OPTION", "headers"],
  [{ protocols: "" }, "INVALID_OPTION", "protocols[0]", "length 0"],
  [{ protocols: "a, b" }, "INVALID_OPTION", "protocols[0]", "length 4"],
  [{ protocols: ["a", "a"] }, "INVALID_OPTION", "protocols[1]", "unlike"],
  [{ protocols: [5] }, "INVALID_OPTION", "protocols", "5"],
  [{ dialTimeout: -1 }, "INVALID_OPTION", "dialTimeout", "-1", "2147483647"],
  [{ dialTimeout: NaN }, "INVALID_OPTION", "dialTimeout", "NaN"],
  [{ dialTimeout: 2 ** 31 }, "INVALID_OPTION", "dialTimeout", "2147483648"],
  [{ dialTimeout: "10" }, "INVALID_OPTION", "dialTimeout", '"10"', "30.5s"],
  [{ dialTimeout: null }, "INVALID_OPTION", "dialTimeout", "null"],
  [{ readTimeout: "1 s" }, "INVALID_OPTION", "readTimeout", '"1 s"'],
  [{ readTimeout: Infinity }, "INVALID_OPTION", "readTimeout", "Infinity"],
  [{ writeTimeout: {} }, "INVALID_OPTION", "writeTimeout", "object"],
  [{ writeTimeout: true }, "INVALID_OPTION", "writeTimeout", "true"],
  [{ closeTimeout: "-5s" }, "INVALID_OPTION", "closeTimeout", '"-5s"'],
  [{ closeTimeout: 10n }, "INVALID_OPTION", "closeTimeout"],
  [{ compression: "gzip" }, "INVALID_OPTION", "compression", "length 4", "context_takeover"],
  [{ compression: 3 }, "INVALID_OPTION", "compression", "3"],
  [{ compression: true }, "INVALID_OPTION", "compression", "true"],
  [{ compressionThreshold: -1 }, "INVALID_OPTION", "compressionThreshold", "-1", "104857600"],
  [{ compressionThreshold: 104_857_601 }, "INVALID_OPTION", "compressionThreshold"],
  [{ readLimit: 1_073_741_825 }, "INVALID_OPTION", "readLimit", "1073741824", "1073741825"],
  [{ readLimit: "1mb" }, "INVALID_OPTION", "readLimit", "length 3"],
  [{ codec: null }, "INVALID_OPTION", "codec must be a codec", "null"],
  [{ codec: "gzip" }, "INVALID_OPTION", "codec must be a codec", "length 4"],
  [{ codec: {} }, "INVALID_OPTION", "codec must be a codec", "an object"],
  [{ codec: () => {} }, "INVALID_OPTION", "codec must be a codec", "a function"],
  [{ readLimit: 0.5 }, "INVALID_OPTION", "readLimit", "0.5"],
  [{ channelCapacity: 0 }, "INVALID_OPTION", "channelCapacity", "10000", "0"],
  [{ channelCapacity: 10_001 }, "INVALID_OPTION", "channelCapacity", "10001"],
  [{ bufferLimit: 65_535 }, "INVALID_OPTION", "bufferLimit", "65535", "65536"],
  [{ bufferLimit: 2 ** 30 + 1 }, "INVALID_OPTION", "bufferLimit", "1073741824"],
  [{ sendHighWaterMark: 0 }, "INVALID_OPTION", "sendHighWaterMark", "0"],
  [{ sendHighWaterMark: 2 ** 30 + 1 }, "INVALID_OPTION", "sendHighWaterMark"],
  [{ signal: {} }, "INVALID_OPTION", "signal", "AbortSignal"],
  [{ signal: new AbortController() }, "INVALID_OPTION", "signal"],
  [{ policy: true }, "INVALID_OPTION", "policy", "true"],
  [{ policy: [] }, "INVALID_OPTION", "policy", "array"],
  [{ meta: SECRET.length }, "INVALID_OPTION", "meta", "7"],
  [{ backpressure: "none" }, "INVALID_OPTION", "backpressure", "length 4", '"buffer"'],
  [{ keepAlive: 30 }, "INVALID_OPTION", "keepAlive", "an object", "30"],
  [{ keepAlive: { interval: -1 } }, "INVALID_OPTION", "keepAlive", "interval", "-1"],
  [{ keepAlive: { interval: 2 ** 31 } }, "INVALID_OPTION", "interval", "2147483648"],
  [{ keepAlive: { timeout: "soon" } }, "INVALID_OPTION", "keepAlive", "timeout", '"soon"'],
  [{ keepAlive: { message: "ping" } }, "INVALID_OPTION", "message", "a function", "length 4"],
  [{ keepAlive: { onPong: 5 } }, "INVALID_OPTION", "onPong", "a function", "5"],
  [{ keepAlive: { time_out: 5 } }, "INVALID_OPTION", "keepAlive", "did you mean timeout?"],
  [{ webSocket: Date, keepAlive: {} }, "UNSUPPORTED", "keepAlive.message"],
  [{ webSocket: "ws" }, "INVALID_OPTION", "webSocket", "length 2"],
  [{ webSocket: Date, headers: { Authorization: SECRET } }, "UNSUPPORTED", "headers"],
  [{ webSocket: Date, node: { family: 4 } }, "UNSUPPORTED", "node"],
  [{ node: true }, "INVALID_OPTION", "node", "true"],
  [{ node: { Agent: {} } }, "INVALID_OPTION", "node", '"Agent"', "agent"],
  [{ node: { agent: SECRET } }, "INVALID_OPTION", "node.agent", "a string"],
  [{ node: { tls: 5 } }, "INVALID_OPTION", "node.tls", "5"],
  [{ node: { proxy: SECRET } }, "INVALID_OPTION", "node.proxy", "a string"],
  [{ node: { proxy: 5 } }, "INVALID_OPTION", "node.proxy", "5"],
  [{ node: { proxy: "env", agent: {} } }, "INVALID_OPTION", "node.proxy", "node.agent"],
  [{ node: { lookup: {} } }, "INVALID_OPTION", "node.lookup"],
  [{ node: { family: 5 } }, "INVALID_OPTION", "node.family", "5", "0, 4, 6"],
  [{ node: { localAddress: 5 } }, "INVALID_OPTION", "node.localAddress", "5"],
  [{ node: { origin: "a\nb" } }, "INVALID_OPTION", "node.origin"],
  [{ node: { followRedirects: 5 } }, "INVALID_OPTION", "node.followRedirects", "5"],
  [{ node: { maxRedirects: 21 } }, "INVALID_OPTION", "node.maxRedirects", "21"],
];

describe("connect", () => {
  const { connect } = bound(NODE);

  test.each(urls)("rejects the URL %s with %s", async (...row) => {
    await check(() => connect(row[0] as string), row);
  });

  test.each(options)("rejects %o with %s", async (...row) => {
    await check(() => connect(OK_URL, row[0] as ConnectOptions), row);
  });

  test("rejects all of these inputs and never throws", async () => {
    for (const [url] of urls) {
      const promise = connect(url as string);
      expect(promise).toBeInstanceOf(Promise);
      await failure(promise);
    }
    for (const [given] of options) {
      const promise = connect(OK_URL, given as ConnectOptions);
      expect(promise).toBeInstanceOf(Promise);
      await failure(promise);
    }
  });

  test("does not call the policy for invalid input", async () => {
    const policy = vi.fn(() => true);
    await failure(connect("ftp://host.test/", { policy }));
    await failure(connect(OK_URL, { policy, readLimit: -1 }));
    expect(policy).not.toHaveBeenCalled();
  });
});

describe("connect in a browser", () => {
  const { connect } = bound(BROWSER);
  const rows: Row[] = [
    [{ headers: { Authorization: SECRET } }, "UNSUPPORTED", "headers", "subprotocol", "cookie"],
    [{ headers: {} }, "UNSUPPORTED", "headers"],
    [{ node: { family: 4 } }, "UNSUPPORTED", "node", "browser"],
    [{ keepAlive: { interval: "30s" } }, "UNSUPPORTED", "keepAlive.message"],
    [{ keepAlive: { message: "ping" } }, "INVALID_OPTION", "message"],
    [{ dialTimeout: -1 }, "INVALID_OPTION", "dialTimeout"],
  ];

  test.each(rows)("rejects %o with %s", async (...row) => {
    await check(() => connect(OK_URL, row[0] as ConnectOptions), row);
  });

  test.each<Row>([
    [`wss://me:${SECRET}@host.test/`, "UNSUPPORTED", "credentials"],
    ["ws+unix:///run/app.sock", "INVALID_URL", "scheme", "wss:"],
    ["#top", "INVALID_URL", "fragment"],
  ])("rejects the URL %s with %s", async (...row) => {
    await check(() => connect(row[0] as string), row);
  });
});

describe("createContext", () => {
  const { createContext } = bound(NODE);
  const rows: Row[] = [
    [null, "INVALID_OPTION", "options"],
    [5, "INVALID_OPTION", "createContext", "5"],
    [[], "INVALID_OPTION", "options"],
    [{ polices: [] }, "INVALID_OPTION", "createContext", '"polices"', "policy"],
    [{ deny_private_networks: true }, "INVALID_OPTION", "denyPrivateNetworks"],
    [{ policy: {} }, "INVALID_OPTION", "createContext", "policy"],
    [{ policy: null }, "INVALID_OPTION", "policy", "null"],
    [{ meta: 5 }, "INVALID_OPTION", "meta", "5"],
    [{ meta: null }, "INVALID_OPTION", "meta", "null"],
    [{ strict: "yes" }, "INVALID_OPTION", "strict", "length 3"],
    [{ strict: null }, "INVALID_OPTION", "strict", "null"],
    [{ signal: {} }, "INVALID_OPTION", "signal"],
    [{ signal: null }, "INVALID_OPTION", "signal", "null"],
    [{ defaults: 5 }, "INVALID_OPTION", "defaults", "5"],
    [{ defaults: null }, "INVALID_OPTION", "defaults", "null"],
    [{ defaults: { read_limit: 5 } }, "INVALID_OPTION", '"read_limit"', "readLimit"],
    [{ defaults: { policy: () => true } }, "INVALID_OPTION", "defaults.policy must be left out"],
    [{ defaults: { observe: () => {} } }, "INVALID_OPTION", "defaults.observe must be left out"],
    [{ observe: "x" }, "INVALID_OPTION", "option observe must be a function"],
    [{ observeMessages: 1 }, "INVALID_OPTION", "option observeMessages must be false, true"],
    [
      { defaults: { codec: { name: "", decoder: () => () => {} } } },
      "INVALID_OPTION",
      "defaults.codec must be left out",
    ],
    [{ defaults: { signal: new AbortController().signal } }, "INVALID_OPTION", "defaults.signal"],
    [{ denyPrivateNetworks: [] }, "INVALID_OPTION", "denyPrivateNetworks", "an array"],
    [{ denyPrivateNetworks: null }, "INVALID_OPTION", "denyPrivateNetworks", "null"],
    [{ denyPrivateNetworks: { alow: [] } }, "INVALID_OPTION", "denyPrivateNetworks", '"alow"'],
    [{ denyPrivateNetworks: { allow: "a.test" } }, "INVALID_OPTION", "denyPrivateNetworks.allow"],
    [{ denyPrivateNetworks: { allow: ["10/8"] } }, "INVALID_OPTION", "allow[0]", '"10/8"'],
  ];

  test.each(rows)("rejects %o with %s", async (...row) => {
    await check(() => createContext(row[0] as ContextOptions), row);
  });

  test.each<Row>([
    [{ readLimit: -1 }, "INVALID_OPTION", "readLimit", "-1"],
    [{ headers: { Host: SECRET } }, "INVALID_OPTION", "headers"],
    [{ protocols: "a b" }, "INVALID_OPTION", "protocols"],
  ])("rejects the defaults %o with %s before it dials", async (...row) => {
    await check(() => createContext({ defaults: row[0] as object }).connect(OK_URL), row);
  });
});

describe("createContext in a browser", () => {
  const { createContext } = bound(BROWSER);

  test.each<Row>([
    [{ denyPrivateNetworks: true }, "UNSUPPORTED", "denyPrivateNetworks", "browser", "policy"],
    [{ denyPrivateNetworks: { allow: [] } }, "UNSUPPORTED", "denyPrivateNetworks"],
    [{ denyPrivateNetworks: [] }, "UNSUPPORTED", "denyPrivateNetworks"],
  ])("rejects %o with %s", async (...row) => {
    await check(() => createContext(row[0] as ContextOptions), row);
  });

  test("accepts denyPrivateNetworks false or undefined", () => {
    createContext({ denyPrivateNetworks: false });
    createContext({ denyPrivateNetworks: undefined });
  });
});

describe("invalid input to the channel API", () => {
  const bare: unknown = Object.create(null);
  const channel = new Channel<number>();
  const receiving = [channel.caseReceive()];

  test.each<Row>([
    [-1, "INVALID_OPTION", "capacity", "-1"],
    [1.5, "INVALID_OPTION", "capacity", "1.5"],
    [NaN, "INVALID_OPTION", "capacity", "NaN"],
    ["5", "INVALID_OPTION", "capacity"],
    [2 ** 32, "INVALID_OPTION", "capacity"],
    [bare, "INVALID_OPTION", "capacity"],
  ])("is rejected by Channel: capacity %o, with %s", async (...row) => {
    await check(() => new Channel(row[0] as number), row);
  });

  const waits: Row[] = [
    [{ timeout: -1 }, "INVALID_DURATION", "timeout", "-1"],
    [{ timeout: NaN }, "INVALID_DURATION", "timeout", "NaN"],
    [{ timeout: "5" }, "INVALID_DURATION", "timeout", '"5"'],
    [{ timeout: null }, "INVALID_DURATION", "timeout", "null"],
    [{ signal: "x" }, "INVALID_OPTION", "signal"],
    [{ signal: null }, "INVALID_OPTION", "signal"],
    [{ time_out: 5 }, "INVALID_OPTION", "time_out"],
    ["5s", "INVALID_OPTION", "options"],
    [5, "INVALID_OPTION", "options"],
    [null, "INVALID_OPTION", "options"],
  ];

  test.each(waits)("is rejected by receive: %o, with %s", async (...row) => {
    await check(() => channel.receive(row[0] as object), row);
  });

  test.each(waits)("is rejected by send: %o, with %s", async (...row) => {
    await check(() => channel.send(1, row[0] as object), row);
  });

  test.each(waits.slice(0, -1))("is rejected by select: options %o, with %s", async (...row) => {
    await check(() => select(receiving, row[0] as object), row);
  });

  test.each<Row>([
    [undefined, "INVALID_OPTION", "cases"],
    [null, "INVALID_OPTION", "cases"],
    [[], "INVALID_OPTION", "cases"],
    [receiving[0], "INVALID_OPTION", "cases"],
    [[channel], "INVALID_OPTION", "cases[0] must be caseReceive()"],
    [[null], "INVALID_OPTION", "cases[0]"],
    [[undefined], "INVALID_OPTION", "cases[0]"],
    [[...receiving, Promise.resolve()], "INVALID_OPTION", "cases[1]"],
    // eslint-disable-next-line no-sparse-arrays
    [[, ...receiving], "INVALID_OPTION", "cases[0]"],
    [new Set(receiving), "INVALID_OPTION", "cases"],
    ["cases", "INVALID_OPTION", "cases"],
  ])("is rejected by select: cases %o, with %s", async (input, ...rest) => {
    await check(() => select(input as []), [input, ...rest]);
  });

  test.each<Row>([
    [-1, "INVALID_DURATION", "-1"],
    [NaN, "INVALID_DURATION", "NaN"],
    [Infinity, "INVALID_DURATION", "Infinity"],
    ["", "INVALID_DURATION", '""'],
    ["5 s", "INVALID_DURATION", '"5 s"'],
    ["1h-5m", "INVALID_DURATION", "1h-5m"],
    ["5d", "INVALID_DURATION", "5d"],
    [null, "INVALID_DURATION", "null"],
    [undefined, "INVALID_DURATION", "undefined"],
    [{}, "INVALID_DURATION", "object"],
    [5n, "INVALID_DURATION"],
  ])("is rejected by after, ticker and parseDuration: %o, with %s", async (...row) => {
    await check(() => parseDuration(row[0] as number), row);
    await check(() => after(row[0] as number), row);
    await check(() => ticker(row[0] as number), row);
  });

  test("is rejected by ticker: a period of 0", async () => {
    await check(() => ticker(0), [0, "INVALID_DURATION", /ticker.*0/]);
    await check(() => ticker("0s"), ["0s", "INVALID_DURATION", "ticker"]);
  });
});

describe("definePolicy", () => {
  test.each<Row>([
    [undefined, "INVALID_OPTION", "rules"],
    [{}, "INVALID_OPTION", "rules"],
    [[null], "INVALID_OPTION", /rules\[0\]/],
    [[{}], "INVALID_OPTION", /rules\[0\]\./],
    [[{ actions: "*", effect: "maybe" }], "INVALID_OPTION", /rules\[0\]\.effect/, "maybe"],
    [[{ actions: 5, effect: "deny" }], "INVALID_OPTION", /rules\[0\]\.actions/],
    [[{ actions: "*", effect: "deny", resources: 5 }], "INVALID_OPTION", /resources/],
    [[{ actions: "*", effect: "deny", when: true }], "INVALID_OPTION", /rules\[0\]\.when/],
    [[{ actions: "*", effect: "deny", unless: 1 }], "INVALID_OPTION", "unless"],
  ])("rejects %o with %s", async (input, ...rest) => {
    await check(() => definePolicy(input as PolicyRule[]), [input, ...rest]);
  });
});

describe("a client", () => {
  test.each<Row>([
    [[5], "INVALID_MESSAGE", "data"],
    [[null], "INVALID_MESSAGE", "data"],
    [[{ token: SECRET }], "INVALID_MESSAGE", "data"],
    [[[SECRET]], "INVALID_MESSAGE", "data"],
    [[SECRET, 3], "INVALID_MESSAGE", "type", "3"],
    [[SECRET, "binary"], "INVALID_MESSAGE", "type", "BINARY (2)"],
    [
      [Buffer.concat([Buffer.from(SECRET), Buffer.of(0xff)]), 1],
      "INVALID_MESSAGE",
      "UTF-8",
      "TEXT",
    ],
  ])("rejects a send of %o with %s", async (...row) => {
    const { client, transport } = openClient();
    await check(() => client.send(...(row[0] as [string, 1])), row);
    expect(transport.sent).toEqual([]);
  });

  test.each<Row>([
    [[999], "INVALID_CLOSE", "999", "3000-4999"],
    [[1005], "INVALID_CLOSE", "1005"],
    [["1000"], "INVALID_CLOSE", "1000"],
    [[1000, 5], "INVALID_CLOSE", "reason", "string"],
    [[1000, SECRET.repeat(18)], "INVALID_CLOSE", "reason", "123"],
  ])("rejects a close with %o with %s", async (...row) => {
    const { client } = openClient();
    await check(() => client.close(...(row[0] as [number])), row);
    expect(client.state).toBe("open");
  });

  test.each<Row>([
    [{ timeout: -1 }, "INVALID_DURATION", "ping", "timeout", "-1"],
    [{ timeout: "x" }, "INVALID_DURATION", "timeout", '"x"'],
    [{ signal: 5 }, "INVALID_OPTION", "ping", "signal"],
    [{ interval: 5 }, "INVALID_OPTION", "ping", "interval"],
    [null, "INVALID_OPTION", "options"],
  ])("rejects the options %o of ping and receive with %s", async (...row) => {
    const { client, transport } = openClient();
    await check(() => client.ping(row[0] as object), row);
    await check(() => client.receive(row[0] as object), [row[0], row[1]]);
    expect(transport.pings).toEqual([]);
  });
});
