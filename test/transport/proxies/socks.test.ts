import type { Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { ms } from "../../helpers/time.js";
import { collectUnhandled, lookupSpy, timeOf } from "../support.js";
import { startSocksProxy } from "./socks-proxy.js";
import { connectBy, echo } from "./support.js";

checkLeaks();

const certificate = createCertificate(["target.test", "127.0.0.1"]);
const trusting = { tls: { ca: certificate.cert } };

describe.each(["ws", "wss"])("a %s: URL through a SOCKS proxy", (scheme) => {
  const secure = scheme === "wss" ? { tls: certificate } : {};

  test.each([
    ["socks5", 5, "IPv4", "127.0.0.1", ["target.test"]],
    ["socks5h", 5, "name", "target.test", []],
    ["socks4", 4, "IPv4", "127.0.0.1", ["target.test"]],
    ["socks4a", 4, "name", "target.test", []],
  ] as const)(
    "by %s: resolves the name on the right side",
    async (by, version, kind, host, looked) => {
      await using server = await startEchoServer(secure);
      await using proxy = await startSocksProxy();
      const { names, lookup } = lookupSpy(() => ["127.0.0.1", "::1"]);
      const url = `${scheme}://target.test:${server.port}/path`;
      const client = await connectBy(`${by}://127.0.0.1:${proxy.port}`, url, {
        node: { ...trusting, lookup },
      });
      const text = "x".repeat(1_000_000);
      expect(await echo(client, text)).toBe(text);
      const { port } = server;
      expect(proxy.requests).toEqual([{ version, kind, host, port, user: "", password: "" }]);
      expect(names).toEqual(looked);
      expect((await server.connection()).request.headers.host).toBe(`target.test:${port}`);
      expect(await client.close()).toMatchObject({ code: 1000, clean: true });
      await proxy.idle();
    },
  );

  test.each(["socks5", "socks5h", "socks4", "socks4a"])(
    "by %s: sends an IPv4 address in the URL as it is",
    async (by) => {
      await using server = await startEchoServer(secure);
      await using proxy = await startSocksProxy();
      const url = `${scheme}://127.0.0.1:${server.port}/`;
      const client = await connectBy(`${by}://127.0.0.1:${proxy.port}`, url, { node: trusting });
      expect(proxy.requests).toMatchObject([{ kind: "IPv4", host: "127.0.0.1" }]);
      await client.close();
    },
  );
});

test.each([
  ["[::1]", undefined, "0".repeat(31) + "1"],
  ["target.test", "fe80::1%lo", "fe80" + "0".repeat(27) + "1"],
])(
  "an IPv6 address of %s is sent to a SOCKS 5 proxy without its zone",
  async (host, answer, hex) => {
    await using server = await startEchoServer();
    await using proxy = await startSocksProxy();
    const { lookup } = lookupSpy(() => (answer ? [answer] : []));
    const client = await connectBy(
      `socks5://127.0.0.1:${proxy.port}`,
      `ws://${host}:${server.port}/`,
      { node: { lookup } },
    );
    expect(proxy.requests).toMatchObject([{ kind: "IPv6", host: hex }]);
    await client.close();
  },
);

describe("the credentials of a SOCKS proxy", () => {
  test("are decoded and sent", async () => {
    await using server = await startEchoServer();
    for (const [by, credentials, sent] of [
      ["socks5", "m%C3%A4:h%3A%40", { user: "mä", password: "h:@" }],
      ["socks4", "me", { user: "me" }],
    ] as const) {
      const expected = by === "socks5" ? { credentials: "mä:h:@" } : {};
      await using proxy = await startSocksProxy(expected);
      const url = `ws://127.0.0.1:${server.port}/`;
      const client = await connectBy(`${by}://${credentials}@127.0.0.1:${proxy.port}`, url);
      expect(proxy.requests).toMatchObject([sent]);
      await client.close();
    }
  });

  test.each(["", "me:hunter2@", "me@"])(
    "that are missing or wrong (%j) are reported",
    async (given) => {
      await using proxy = await startSocksProxy({ credentials: "me:right" });
      const by = `socks5://${given}127.0.0.1:${proxy.port}`;
      const error = await failure(connectBy(by, "ws://127.0.0.1:1/"));
      expect(error).toMatchObject({
        code: "PROXY_REJECTED",
        kind: "PERMISSION_DENIED",
        retryable: false,
        details: {},
      });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
      await proxy.idle();
    },
  );

  test.each([
    ["a user name", 255, (text: string) => `${text}:pw`],
    ["a password", 255, (text: string) => `me:${text}`],
  ])("may have %s of up to %i bytes", async (_, limit, credentialsOf) => {
    await using server = await startEchoServer();
    for (const size of [limit - 1, limit, limit + 1]) {
      const credentials = credentialsOf("x".repeat(size));
      await using proxy = await startSocksProxy({ credentials });
      const by = `socks5://${credentials}@127.0.0.1:${proxy.port}`;
      const dialled = connectBy(by, `ws://127.0.0.1:${server.port}/`);
      if (size <= limit) await (await dialled).close();
      else expect(await failure(dialled)).toMatchObject({ code: "INVALID_OPTION" });
      await proxy.idle();
    }
  });

  test("must not contain a NUL", async () => {
    const error = await failure(connectBy("socks4://a%00b@127.0.0.1:1", "ws://127.0.0.1:1/"));
    expect(error.code).toBe("INVALID_OPTION");
  });
});

describe("a SOCKS proxy that refuses", () => {
  test.each([
    ["socks5", 1, "UNAVAILABLE", true],
    ["socks5", 2, "INTERNAL", false],
    ["socks5", 3, "UNAVAILABLE", true],
    ["socks5", 4, "UNAVAILABLE", true],
    ["socks5", 5, "UNAVAILABLE", true],
    ["socks5", 6, "UNAVAILABLE", true],
    ["socks5", 7, "INTERNAL", false],
    ["socks5", 8, "INTERNAL", false],
    ["socks5", 200, "UNAVAILABLE", true],
    ["socks4", 91, "UNAVAILABLE", true],
    ["socks4", 92, "PERMISSION_DENIED", false],
    ["socks4", 93, "PERMISSION_DENIED", false],
    ["socks4", 0, "UNAVAILABLE", true],
  ])("by %s: with reply %i fails with PROXY_REJECTED", async (by, reply, kind, retryable) => {
    await using proxy = await startSocksProxy({ reply });
    const url = `${by}://127.0.0.1:${proxy.port}`;
    const error = await failure(connectBy(url, "ws://127.0.0.1:1/"));
    expect(error).toMatchObject({ code: "PROXY_REJECTED", kind, retryable, details: {} });
    expect(error.message).toContain(`proxy ${url} refused`);
    expect(error.cause).toBeUndefined();
    await proxy.idle();
  });
});

describe("a hostile SOCKS proxy", () => {
  const INVALID = { code: "PROXY_REJECTED", kind: "INTERNAL", retryable: false };
  const UNREACHABLE = { code: "DIAL_FAILED", kind: "INTERNAL", retryable: true };
  const greeting = Uint8Array.of(5, 0);
  const established = Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0);

  /** Returns a function that answers each read with the next reply. */
  const replying = (...replies: (Uint8Array | string)[]) => {
    return (socket: Socket): void => {
      socket.on("data", () => {
        const reply = replies.shift();
        if (reply !== undefined) socket.write(reply);
      });
    };
  };
  type Behaviour = (socket: Socket) => void;
  const rows: [what: string, behaviour: () => Behaviour, expected: object][] = [
    ["that speaks HTTP", () => replying("HTTP/1.1 400 Bad Request\r\n\r\n"), INVALID],
    [
      "that speaks before the client",
      () => (socket) => void socket.write("SSH-2.0-x\r\n"),
      INVALID,
    ],
    [
      "that wants an unknown method",
      () => replying(Uint8Array.of(5, 9)),
      { code: "PROXY_REJECTED" },
    ],
    [
      "that answers with another version",
      () => replying(greeting, Uint8Array.of(4, 0, 0, 1, 0)),
      { code: "PROXY_REJECTED" },
    ],
    ["that hangs up at once", () => (socket) => void socket.destroy(), UNREACHABLE],
    ["that resets at once", () => (socket) => void socket.resetAndDestroy(), UNREACHABLE],
    [
      "that hangs up after the greeting",
      () => (socket) => void socket.once("data", () => socket.end(greeting)),
      UNREACHABLE,
    ],
    [
      "that resets after the greeting",
      () => (socket) => void socket.once("data", () => socket.resetAndDestroy()),
      UNREACHABLE,
    ],
    [
      "that hangs up in the tunnel",
      () => (socket) =>
        void socket.once("data", () => {
          socket.write(greeting);
          socket.once("data", () => socket.end(established));
        }),
      UNREACHABLE,
    ],
    ["that is silent", () => () => {}, { code: "DIAL_TIMEOUT" }],
    ["that is silent after the greeting", () => replying(greeting), { code: "DIAL_TIMEOUT" }],
    [
      "that is silent in the tunnel",
      () => replying(greeting, established),
      { code: "DIAL_TIMEOUT" },
    ],
    [
      "that stops in the middle of its answer",
      () => replying(greeting, Uint8Array.of(5, 0, 0, 1)),
      { code: "DIAL_TIMEOUT" },
    ],
    [
      "that answers with endless bytes",
      () => (socket) => {
        socket.once("data", () => socket.write(greeting));
        setImmediate(() => socket.write(Buffer.alloc(1_000_000)));
      },
      { code: "PROXY_REJECTED" },
    ],
    [
      "that sends garbage after its answer",
      () => replying(greeting, Buffer.concat([established, Buffer.from("garbage\r\n\r\n")])),
      { code: "HANDSHAKE_REJECTED" },
    ],
  ];
  test.each(rows)("%s fails the dial, and leaves no socket", async (_, behaviour, expected) => {
    const unhandled = collectUnhandled();
    await using proxy = await startSocksProxy({ onConnection: behaviour() });
    const dialled = failure(
      connectBy(`socks5://me:hunter2@127.0.0.1:${proxy.port}`, "ws://127.0.0.1:1/", {
        dialTimeout: ms(300),
      }),
    );
    expect(await timeOf(dialled)).toBeLessThan(ms(700));
    const error = await dialled;
    expect(error).toMatchObject(expected);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
    await proxy.idle();
    expect(unhandled).toEqual([]);
  });

  test("that cannot be reached fails the dial", async () => {
    const by = `socks5://127.0.0.1:${await freePort()}`;
    const error = await failure(connectBy(by, "ws://127.0.0.1:1/"));
    expect(error).toMatchObject({ ...UNREACHABLE, cause: { code: "ECONNREFUSED" } });
  });

  test("is left by an abort", async () => {
    const controller = new AbortController();
    await using proxy = await startSocksProxy({
      onConnection: (socket) => void socket.once("data", () => controller.abort()),
    });
    const { signal } = controller;
    const by = `socks5://127.0.0.1:${proxy.port}`;
    const error = await failure(connectBy(by, "ws://127.0.0.1:1/", { signal }));
    expect(error.code).toBe("ABORTED");
    await proxy.idle();
  });
});

test("a name that cannot be resolved for a SOCKS 5 proxy fails the dial before the proxy is asked", async () => {
  await using proxy = await startSocksProxy();
  const error = await failure(connectBy(`socks5://127.0.0.1:${proxy.port}`, "ws://nope.invalid/"));
  expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { code: "ENOTFOUND" } });
  expect(error.message).toMatch(/^dial ws:\/\/nope\.invalid\/: /);
  expect(proxy.requests).toEqual([]);
});

test("without the package socks, the dial is UNSUPPORTED and says what to do", async () => {
  vi.doMock("socks", () => {
    throw new Error("Cannot find package 'socks'");
  });
  await using proxy = await startSocksProxy();
  const error = await failure(connectBy(`socks5://127.0.0.1:${proxy.port}`, "ws://127.0.0.1:1/"));
  vi.doUnmock("socks");
  expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED", retryable: false });
  expect(error.message).toContain("npm install socks");
  expect(proxy.requests).toEqual([]);
});

test.each(["socks4", "socks4a"])("%s: cannot reach an IPv6 address in the URL", async (by) => {
  await using proxy = await startSocksProxy();
  const dialled = connectBy(`${by}://127.0.0.1:${proxy.port}`, "ws://[::1]:80/");
  expect(await failure(dialled)).toMatchObject({ code: "INVALID_OPTION", retryable: false });
  expect(proxy.requests).toEqual([]);
});
