import { describe, expect, test } from "vitest";
import { DEFAULTS } from "../../../src/options/resolved-options.js";
import { parseOptions, PARSERS } from "../../../src/options/parse-options.js";
import { failure } from "../../helpers/failure.js";
import { BROWSER, NODE } from "../../helpers/unit-transport.js";
import { parse, parsed } from "./support.js";

/** The documented defaults. */
const OPTION_NAMES = Object.keys(PARSERS);

const CONTRACT_DEFAULTS = {
  headers: {},
  protocols: [],
  dialTimeout: 30_000,
  readTimeout: undefined,
  writeTimeout: undefined,
  closeTimeout: 5_000,
  compression: 0,
  compressionThreshold: 512,
  readLimit: 16 * 1024 * 1024,
  channelCapacity: 32,
  bufferLimit: 64 * 1024 * 1024,
  discardIncoming: undefined,
  sendHighWaterMark: 256 * 1024,
  signal: undefined,
  policy: undefined,
  meta: undefined,
  keepAlive: undefined,
  observe: undefined,
  observeMessages: undefined,
  backpressure: "auto",
  webSocket: undefined,
  codec: undefined,
  node: {},
};

describe("defaults", () => {
  test("are the documented ones", () => {
    expect(parse({})).toEqual(CONTRACT_DEFAULTS);
    expect(parse({}, BROWSER)).toEqual(CONTRACT_DEFAULTS);
  });

  test("cover every option", () => {
    expect([...OPTION_NAMES].sort()).toEqual(Object.keys(CONTRACT_DEFAULTS).sort());
    expect(OPTION_NAMES).toEqual(expect.arrayContaining(Object.keys(DEFAULTS)));
  });

  test("replace undefined", () => {
    const nothing = Object.fromEntries(OPTION_NAMES.map((name) => [name, undefined]));
    expect(parse(nothing)).toEqual(CONTRACT_DEFAULTS);
    expect(parse(nothing, BROWSER)).toEqual(CONTRACT_DEFAULTS);
    expect(parse({ node: { family: undefined, tls: undefined } }).node).toEqual({});
  });

  test.each([
    ["dialTimeout", 30_000],
    ["readTimeout", undefined],
    ["writeTimeout", undefined],
    ["closeTimeout", 5_000],
    ["readLimit", 16_777_216],
    ["bufferLimit", 67_108_864],
  ])("replace 0 in %s", (name, value) => {
    expect(parsed(name, 0)).toBe(value);
    expect(parsed(name, -0)).toBe(value);
    if (name.endsWith("Timeout")) expect(parsed(name, "0s")).toBe(value);
  });
});

describe("a duration", () => {
  test.each(["dialTimeout", "readTimeout", "writeTimeout", "closeTimeout"])(
    "in %s is milliseconds or a Go duration, up to 2^31-1 ms",
    async (name) => {
      expect(parsed(name, 1)).toBe(1);
      expect(parsed(name, 0.5)).toBe(0.5);
      expect(parsed(name, "1m30s")).toBe(90_000);
      expect(parsed(name, 2 ** 31 - 1)).toBe(2 ** 31 - 1);
      expect(parsed(name, "2147483647ms")).toBe(2 ** 31 - 1);
      for (const bad of [
        2 ** 31,
        "2147483648ms",
        "2147483647.5ms",
        -1,
        NaN,
        Infinity,
        "1",
        "",
        "-1s",
      ]) {
        const error = await failure(() => parsed(name, bad));
        expect(error.code).toBe("INVALID_OPTION");
        expect(error.message).toContain(`connect: option ${name} must be 0 to 2147483647 ms`);
        expect(error.message).toContain(typeof bad === "string" ? `"${bad}"` : String(bad));
      }
    },
  );
});

describe("a number", () => {
  test.each([
    ["compressionThreshold", 0, 104_857_600],
    ["readLimit", 1, 1_073_741_824],
    ["channelCapacity", 1, 10_000],
    ["bufferLimit", 65_536, 1_073_741_824],
    ["sendHighWaterMark", 1, 1_073_741_824],
  ])("in %s is an integer from %i to %i", async (name, min, max) => {
    for (const good of [min, min + 1, max - 1, max]) expect(parsed(name, good)).toBe(good);
    const zeroIsDefault = ["readLimit", "bufferLimit"].includes(name);
    const bads: unknown[] = [
      max + 1,
      min + 0.5,
      -1,
      NaN,
      Infinity,
      "1024",
      "1k",
      null,
      true,
      {},
      70_000n,
    ];
    if (min > 0 && !(zeroIsDefault && min === 1)) bads.push(min - 1);
    if (min > 0 && !zeroIsDefault) bads.push(0);
    for (const bad of bads) {
      const error = await failure(() => parsed(name, bad));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toContain(`option ${name} must be an integer from ${min} to ${max},`);
    }
    const { message } = await failure(() => parsed(name, max + 1));
    expect(message).toContain(`not ${max + 1}`);
  });

  test("0 in compressionThreshold compresses every message", () => {
    expect(parsed("compressionThreshold", 0)).toBe(0);
  });
});

describe("compression", () => {
  test.each<[unknown, number]>([
    [0, 0],
    [1, 1],
    [2, 2],
    ["disabled", 0],
    ["context_takeover", 1],
    ["no_context_takeover", 2],
  ])("%o is mode %i, in Node and in a browser", (value, mode) => {
    expect(parsed("compression", value)).toBe(mode);
    expect(parse({ compression: value }, BROWSER).compression).toBe(mode);
  });

  test.each([3, -1, 0.5, NaN, true, false, null, "1", "", "DISABLED", "deflate", {}, []])(
    "%o is rejected",
    async (value) => {
      const error = await failure(() => parsed("compression", value));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toContain('option compression must be 0, 1, 2, "disabled", ');
    },
  );
});

describe("protocols", () => {
  test.each<[unknown, string[]]>([
    ["chat", ["chat"]],
    [["chat"], ["chat"]],
    [
      ["b", "a", "A"],
      ["b", "a", "A"],
    ],
    [[], []],
    ["!#$%&'*+-.^_`|~09azAZ", ["!#$%&'*+-.^_`|~09azAZ"]],
  ])("may be %j", (protocols, expected) => {
    expect(parse({ protocols }).protocols).toEqual(expected);
    expect(parse({ protocols }, BROWSER).protocols).toEqual(expected);
  });

  test.each<[unknown]>([
    [""],
    ["a b"],
    ["a,b"],
    ["a/b"],
    ["a\n"],
    ["\u00e9"],
    [[""]],
    [["a", "a"]],
    [["a", undefined]],
    [[["a"]]],
    [null],
    [5],
    [{}],
    [new Set(["a"])],
  ])("may not be %j", async (protocols) => {
    const error = await failure(() => parse({ protocols }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain("option protocols");
  });
});

describe("other options", () => {
  const agent = { agent: true };
  const lookup = (): void => {};
  const { signal } = new AbortController();
  const policy = (): boolean => true;
  const Socket = Date;

  test.each<[string, unknown]>([
    ["signal", signal],
    ["policy", policy],
    ["meta", { tenant: 1 }],
    ["meta", {}],
    ["observe", policy],
    ["observeMessages", true],
    ["observeMessages", false],
    ["backpressure", "auto"],
    ["backpressure", "buffer"],
    ["backpressure", "stream"],
    ["webSocket", Socket],
    ["node", {}],
    ["node", { agent, lookup, family: 4, localAddress: "127.0.0.1", origin: "https://a.test" }],
    ["node", { tls: { ca: "x" }, family: 0, followRedirects: true, maxRedirects: 0 }],
    ["node", { family: 6, followRedirects: false, maxRedirects: 20 }],
    ["node", { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1, maxHeaderSize: 1 }],
    ["node", { autoSelectFamily: false, maxHeaderSize: 1_048_576 }],
    ["node", { autoSelectFamilyAttemptTimeout: 2_147_483_647 }],
  ])("%s may be %o", (name, value) => {
    expect(parsed(name, value)).toEqual(value);
  });

  test("durations in node may be Go durations, and 0 is the default", () => {
    const { node } = parse({ node: { autoSelectFamilyAttemptTimeout: "1.5s" } });
    expect(node.autoSelectFamilyAttemptTimeout).toBe(1_500);
    const zeros = { autoSelectFamilyAttemptTimeout: 0, maxHeaderSize: 0 };
    expect(parse({ node: zeros }).node).toEqual({});
  });

  test("are passed on by identity if they are objects with an identity", () => {
    const { node } = parse({ node: { agent, lookup } });
    expect(node.agent).toBe(agent);
    expect(node.lookup).toBe(lookup);
    expect(parsed("signal", signal)).toBe(signal);
    expect(parsed("policy", policy)).toBe(policy);
  });

  test.each<[string, unknown, string]>([
    ["signal", null, "signal"],
    ["signal", {}, "signal"],
    ["signal", true, "signal"],
    ["signal", new AbortController(), "signal"],
    ["policy", {}, "policy must be a function, not an object"],
    ["policy", null, "policy"],
    ["policy", [], "policy"],
    ["meta", null, "meta must be an object, not null"],
    ["meta", "x", "meta"],
    ["meta", 5, "meta"],
    ["meta", [], "meta"],
    ["observe", {}, "observe must be a function, not an object"],
    ["observe", null, "observe"],
    ["observeMessages", 1, "observeMessages"],
    ["observeMessages", null, "observeMessages"],
    ["backpressure", "Auto", "backpressure"],
    ["backpressure", "socket", "backpressure"],
    ["backpressure", true, "backpressure"],
    ["webSocket", {}, "webSocket"],
    ["webSocket", null, "webSocket"],
    ["node", null, "node"],
    ["node", 5, "node"],
    ["node", [], "node"],
    ["node", { agent: 5 }, "node.agent must be an http.Agent or https.Agent"],
    ["node", { agent: null }, "node.agent"],
    ["node", { agent: false }, "node.agent"],
    ["node", { tls: true }, "node.tls"],
    ["node", { tls: null }, "node.tls"],
    ["node", { tls: [] }, "node.tls"],
    ["node", { lookup: "dns" }, "node.lookup"],
    ["node", { family: 5 }, "node.family"],
    ["node", { family: "4" }, "node.family"],
    ["node", { localAddress: 1 }, "node.localAddress must be a string of printable characters"],
    ["node", { localAddress: "" }, "node.localAddress"],
    ["node", { origin: "" }, "node.origin"],
    ["node", { origin: "a\r\nb" }, "node.origin"],
    ["node", { origin: new URL("http://a.test") }, "node.origin"],
    ["node", { followRedirects: 1 }, "node.followRedirects"],
    ["node", { followRedirects: "yes" }, "node.followRedirects"],
    ["node", { maxRedirects: -1 }, "node.maxRedirects"],
    ["node", { maxRedirects: 21 }, "node.maxRedirects"],
    ["node", { maxRedirects: 1.5 }, "node.maxRedirects"],
    ["node", { autoSelectFamily: 0 }, "node.autoSelectFamily"],
    ["node", { autoSelectFamilyAttemptTimeout: -1 }, "node.autoSelectFamilyAttemptTimeout"],
    ["node", { autoSelectFamilyAttemptTimeout: "soon" }, "node.autoSelectFamilyAttemptTimeout"],
    ["node", { autoSelectFamilyAttemptTimeout: 2 ** 31 }, "node.autoSelectFamilyAttemptTimeout"],
    ["node", { maxHeaderSize: -1 }, "node.maxHeaderSize"],
    ["node", { maxHeaderSize: 1.5 }, "node.maxHeaderSize"],
    ["node", { maxHeaderSize: 1_048_577 }, "node.maxHeaderSize"],
    ["node", { redirects: 5 }, "node"],
  ])("%s may not be %o", async (name, value, shown) => {
    const error = await failure(() => parsed(name, value));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(`option ${shown}`);
  });

  test("keepAlive has its own defaults, also for 0", () => {
    const usual = { interval: 30_000, timeout: 10_000 };
    expect(parse({ keepAlive: {} }).keepAlive).toEqual(usual);
    expect(parse({ keepAlive: { interval: 0, timeout: "0s" } }).keepAlive).toEqual(usual);
    expect(parse({ keepAlive: { interval: "1m", timeout: 1 } }).keepAlive).toEqual({
      interval: 60_000,
      timeout: 1,
    });
  });

  test("keepAlive is copied, and its parsed form can be parsed again", () => {
    const given = { interval: 5, message: () => "", onPong: () => {} };
    const { keepAlive } = parse({ keepAlive: given });
    expect(keepAlive).toEqual({ ...given, timeout: 10_000 });
    given.interval = 6;
    expect(keepAlive).toHaveProperty("interval", 5);
    expect(parse({ keepAlive }).keepAlive).toEqual(keepAlive);
  });

  test("keepAlive false turns it off, whatever the defaults, with and without ping frames", async () => {
    for (const platform of [NODE, BROWSER]) {
      expect(parse({ keepAlive: false }, platform).keepAlive).toBe(false);
      const defaults = { keepAlive: { interval: 1, timeout: 1 } };
      expect(parseOptions(defaults, { keepAlive: false }, platform).keepAlive).toBe(false);
    }
    const error = await failure(() => parse({ keepAlive: true as never }));
    expect(error).toMatchObject({ code: "INVALID_OPTION" });
  });

  test("keepAlive that prefers a message needs one", async () => {
    const error = await failure(() => parse({ keepAlive: { prefer: "message" } }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain("option keepAlive.message must be a function");
    const message = (): string => "";
    const keepAlive = { prefer: "message", message } as const;
    for (const platform of [NODE, BROWSER]) {
      expect(parse({ keepAlive }, platform).keepAlive).toMatchObject(keepAlive);
    }
    expect(parse({ keepAlive: { prefer: "ping" } }).keepAlive).toMatchObject({ prefer: "ping" });
    const unknown = await failure(() => parse({ keepAlive: { prefer: "pong" as never } }));
    expect(unknown.code).toBe("INVALID_OPTION");
  });

  test("keepAlive needs a message on a platform without ping frames", async () => {
    const error = await failure(() => parse({ keepAlive: {} }, BROWSER));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/option keepAlive .*keepAlive\.message/);
    const message = (): string => "";
    expect(parse({ keepAlive: { message } }, BROWSER).keepAlive).toHaveProperty("message", message);
  });

  test("node is UNSUPPORTED in a browser", async () => {
    const error = await failure(() => parse({ node: { family: 4 } }, BROWSER));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/option node .*a browser.*: leave it out/);
  });

  const secret = "hunter2\n";
  test.each<[string, unknown]>([
    ["headers", secret],
    ["protocols", secret],
    ["protocols", ["a", secret]],
    ["protocols", ["hunter2", "hunter2"]],
    ["signal", secret],
    ["policy", secret],
    ["meta", secret],
    ["keepAlive", secret],
    ["keepAlive", { message: secret }],
    ["webSocket", secret],
    ["codec", secret],
    ["node", secret],
    ["node", { agent: secret }],
    ["node", { tls: secret }],
    ["node", { tls: { checkServerIdentity: secret } }],
    ["node", { tls: { pskCallback: secret } }],
    ["node", { lookup: secret }],
    ["node", { localAddress: secret }],
    ["node", { origin: secret }],
  ])("a text given for %s is not shown in messages: %j", async (name, value) => {
    const error = await failure(() => parsed(name, value));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(name);
    expect(error.message).not.toContain("hunter2");
  });

  test("a text given in place of the options is not shown in messages", async () => {
    expect((await failure(() => parse("hunter2"))).message).not.toContain("hunter2");
  });

  test("undefined in node.tls is left out, because Node would call it as a function", () => {
    const { node } = parse({ node: { tls: { checkServerIdentity: undefined, ca: "x" } } });
    expect(Object.keys(node.tls ?? {})).toEqual(["ca"]);
  });

  test("the contents of objects are not shown in messages", async () => {
    const error = await failure(() => parse({ policy: { key: "hunter2" } }));
    expect(error.message).toMatch(/not an? object/);
    expect(error.message).not.toContain("hunter2");
  });
});

describe("an unknown name", () => {
  test.each([
    ["dial_timeout", "dialTimeout"],
    ["dialtimeout", "dialTimeout"],
    ["DIAL_TIMEOUT", "dialTimeout"],
    ["dial-timeout", "dialTimeout"],
    ["Headers", "headers"],
    ["websocket", "webSocket"],
    ["keepalive", "keepAlive"],
    ["sendhighwatermark", "sendHighWaterMark"],
  ])("%s is rejected with the suggestion %s", async (name, meant) => {
    const error = await failure(() => parse({ [name]: 1 }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(`"${name}"`);
    expect(error.message).toContain(`did you mean ${meant}?`);
  });

  test.each(["timeout", "perMessageDeflate", "", "toString", "constructor", "dialTimeouts"])(
    "%j is rejected with the list of options",
    async (name) => {
      const error = await failure(() => parse({ [name]: 1 }));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toContain(`"${name}"`);
      for (const known of OPTION_NAMES) expect(error.message).toContain(known);
    },
  );

  test("is rejected even if its value is undefined, also in node", async () => {
    expect((await failure(() => parse({ dial_timeout: undefined }))).code).toBe("INVALID_OPTION");
    const { message } = await failure(() => parse({ node: { follow_redirects: true } }));
    expect(message).toContain("did you mean followRedirects?");
  });

  test.each([null, 5, "ws", true, () => {}, [], ["graphql-ws"]])(
    "is not reported for %o, which is not an options object",
    async (options) => {
      const error = await failure(() => parse(options));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toMatch(/^connect: /);
    },
  );
});

describe("a parsed options object", () => {
  test("is independent of later changes to the input", () => {
    const given = {
      headers: { "X-A": "1" } as Record<string, string>,
      protocols: ["a"],
      meta: { tenant: 1 } as Record<string, unknown>,
      node: { family: 4 as 4 | 6, tls: { servername: "a.test" } as Record<string, unknown> },
    };
    const options = parse(given);
    given.headers["X-A"] = "2";
    given.headers["X-B"] = "3";
    given.protocols.push("b");
    given.meta.tenant = 2;
    given.node.family = 6;
    given.node.tls.servername = "b.test";
    expect(options).toMatchObject({
      headers: { "X-A": "1" },
      protocols: ["a"],
      meta: { tenant: 1 },
      node: { family: 4, tls: { servername: "a.test" } },
    });
    expect(options.headers).not.toHaveProperty("X-B");
    expect(options.protocols).toHaveLength(1);
    const headers = new Headers({ "X-A": "1" });
    const copied = parse({ headers });
    headers.set("X-A", "2");
    expect(copied.headers).toEqual({ "x-a": "1" });
  });
});
