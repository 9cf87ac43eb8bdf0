import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Agent } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { ConnectOptions, NodeOptions, WebSocketClass, WsError } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { PRIVATE_ANSWERS, reachOf, TLS_DETOURS } from "../helpers/private-networks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { lookupSpy } from "./support.js";
import type { LookupDone } from "./support.js";

checkLeaks();

const certificate = createCertificate();

/** Creates a context that denies all private addresses except the given ones. */
const denying = (...allow: string[]) => createContext({ denyPrivateNetworks: { allow } });

/** Checks that an error is a refusal by the network guard. */
function expectForbidden(error: WsError, url: string, address: string): void {
  expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
  expect(error.retryable).toBe(false);
  expect(error.message).toMatch(/^dial ws/);
  expect(error.message).toContain(`dial ${url}`);
  expect(error.message).toContain(`${address} is a private address (`);
  expect(error.message).toContain("denyPrivateNetworks");
}

/** Checks that nothing has connected to the server: a new connection must be its first one. */
async function expectUntouched(server: EchoServer): Promise<void> {
  const client = await connect(server.url, { node: { tls: { rejectUnauthorized: false } } });
  await client.close();
  expect(server.sockets).toBe(1);
}

/** Calls `onSocket` with each client socket that is created during `run`, before the socket connects. */
async function watchSockets<T>(
  onSocket: (socket: Socket) => void,
  run: () => Promise<T>,
): Promise<T> {
  const onMessage = (message: unknown): void => onSocket((message as { socket: Socket }).socket);
  subscribe("net.client.socket", onMessage);
  try {
    return await run();
  } finally {
    unsubscribe("net.client.socket", onMessage);
  }
}

/** Returns the client sockets that are created during `run`. */
async function socketsOf(run: () => Promise<unknown>): Promise<Socket[]> {
  const sockets: Socket[] = [];
  await watchSockets((socket) => sockets.push(socket), run);
  return sockets;
}

describe("a private host in the URL", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["127.1.", "127.0.0.1"],
    ["0", "0.0.0.0"],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1"],
    ["[::1]", "::1"],
    ["localhost", "localhost"],
    ["a.LOCALHOST.", "a.localhost."],
    ["169.254.169.254", "169.254.169.254"],
  ])("%s is refused before a socket is created or a name looked up", async (host, address) => {
    await using server = await startEchoServer();
    const spy = lookupSpy();
    const url = `ws://me:secret@${host}:${server.port}/path?token=secret`;
    for (const allow of [true, { allow: ["other.test", "10.0.0.0/8"] }] as const) {
      const context = createContext({ denyPrivateNetworks: allow });
      const sockets = await socketsOf(async () => {
        const error = await failure(context.connect(url, { node: { lookup: spy.lookup } }));
        expectForbidden(error, "ws://", address);
        expect(error.message).not.toContain("secret");
      });
      expect(sockets).toEqual([]);
    }
    expect(spy.names).toEqual([]);
    await expectUntouched(server);
  });

  test("is refused after the policies have allowed it, and not checked by the guard if they have not", async () => {
    const asked: string[] = [];
    const dial = (allowed: boolean) => {
      const policy = ({ resource }: { resource: string }) => {
        asked.push(resource);
        return allowed || resource === "";
      };
      return createContext({ policy, denyPrivateNetworks: true }).connect("ws://127.0.0.1:1/");
    };
    expectForbidden(await failure(dial(true)), "ws://127.0.0.1:1/", "127.0.0.1");
    const error = await failure(dial(false));
    expect(error.code).toBe("URL_FORBIDDEN");
    expect(error.message).not.toContain("denyPrivateNetworks");
    expect(asked).toEqual(["", "ws://127.0.0.1:1/", "", "ws://127.0.0.1:1/"]);
  });
});

describe("a name", () => {
  test.each(PRIVATE_ANSWERS)("that resolves to %j is refused", async (addresses, first) => {
    await using server = await startEchoServer();
    for (const scheme of ["ws", "wss"]) {
      const { names, lookup } = lookupSpy(() => addresses);
      const url = `${scheme}://rebind.test:${server.port}/`;
      const dial = denying("10.9.0.0/16").connect(url, { node: { lookup } });
      expectForbidden(await failure(dial), url, first);
      expect(names).toEqual(["rebind.test"]);
    }
    await expectUntouched(server);
  });

  test("is looked up by Node if node.lookup is not given", async () => {
    await using server = await startEchoServer();
    const client = await denying("127.0.0.0/8", "::1").connect(`ws://localhost:${server.port}/`);
    await client.close();
  });

  /** An allowed address on which no server listens. */
  const ALLOWED = "127.0.0.2";
  const changing = (): object => {
    const answers = [ALLOWED];
    return { toString: () => answers.pop() ?? "127.0.0.1" };
  };

  type Row = readonly [string, (done: LookupDone) => void, code: string];
  test.each<Row>([
    ["one address instead of a list", (done) => done(null, "127.0.0.1", 4), "URL_FORBIDDEN"],
    ["a list of strings", (done) => done(null, ["127.0.0.1"], 4), "URL_FORBIDDEN"],
    [
      "a wrong family",
      (done) => done(null, [{ address: "127.0.0.1", family: 6 }]),
      "URL_FORBIDDEN",
    ],
    [
      "an allowed address, and then a denied one",
      (done) => {
        done(null, [{ address: ALLOWED, family: 4 }]);
        done(null, [{ address: "127.0.0.1", family: 4 }]);
      },
      "DIAL_FAILED",
    ],
    [
      "an address whose string differs on the second read",
      (done) => done(null, [{ address: changing(), family: 4 }]),
      "DIAL_FAILED",
    ],
    [
      "one address, not in a list, whose string differs on the second read",
      (done) => done(null, changing(), 4),
      "DIAL_FAILED",
    ],
    [
      "a list whose address differs on the second read",
      (done) => {
        const answers = [ALLOWED];
        done(null, [
          {
            get address() {
              return answers.pop() ?? "127.0.0.1";
            },
            family: 4,
          },
        ]);
      },
      "DIAL_FAILED",
    ],
    ["a host name", (done) => done(null, [{ address: "localhost", family: 4 }]), "DIAL_FAILED"],
    [
      "a word that is no address",
      (done) => done(null, [{ address: "private", family: 4 }]),
      "DIAL_FAILED",
    ],
    ["an empty list", (done) => done(null, []), "DIAL_FAILED"],
    ["undefined", (done) => done(null), "DIAL_FAILED"],
    ["a list of null and undefined", (done) => done(null, [null, undefined]), "DIAL_FAILED"],
    ["an error", (done) => done(new Error("broken")), "DIAL_FAILED"],
  ])("is refused if the look-up answers with %s", async (_, answer, code) => {
    await using server = await startEchoServer();
    for (const family of [0, 4] as const) {
      for (const run of [(call: () => void) => call(), setImmediate]) {
        const lookup = (_name: string, _options: object, done: LookupDone): void => {
          run(() => answer(done));
        };
        const dial = denying(ALLOWED).connect(`ws://rebind.test:${server.port}/`, {
          node: { lookup, family },
        });
        expect([family, (await failure(dial)).code]).toEqual([family, code]);
      }
    }
    await expectUntouched(server);
  });

  test("fails with DIAL_FAILED if the look-up throws", async () => {
    const lookup = (): void => {
      throw new Error("broken");
    };
    const error = await failure(denying().connect("ws://rebind.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { message: "broken" } });
  });

  test("is looked up in the family of node.family", async () => {
    const families: unknown[] = [];
    const lookup = (_name: string, { family }: { family: number }, done: LookupDone): void => {
      families.push(family);
      done(new Error("enough"));
    };
    for (const family of [4, 6] as const) {
      await failure(denying().connect("ws://a.test/", { node: { lookup, family } }));
    }
    expect(families).toEqual([4, 6]);
  });

  test("is looked up once per dial, and checked again in each", async () => {
    await using server = await startEchoServer();
    const { names, lookup } = lookupSpy(
      (callIndex) => [["127.0.0.1"], ["127.0.0.9"]][callIndex] ?? [],
    );
    const context = denying("127.0.0.1");
    const url = `ws://rebind.test:${server.port}/`;
    const client = await context.connect(url, { node: { lookup } });
    expectForbidden(await failure(context.connect(url, { node: { lookup } })), url, "127.0.0.9");
    expect(names).toEqual(["rebind.test", "rebind.test"]);
    await client.close();
  });
});

describe("the remote address of an established connection", () => {
  // A connection to the unspecified address reaches the loopback address of this machine. Only the socket's
  // remote address shows that the allowed address led to a denied one.
  const UNSPECIFIED = "0.0.0.0";

  test.each(["ws", "wss"])("is checked before a byte is sent, over %s:", async (scheme) => {
    const { lookup } = lookupSpy(() => [UNSPECIFIED]);
    for (const host of [UNSPECIFIED, "rebind.test"]) {
      // The option `destroy` must not replace the method with which the guard destroys the socket.
      const tls = { rejectUnauthorized: false, destroy: () => {} };
      const { error, ...reach } = await reachOf((port) =>
        denying(UNSPECIFIED).connect(`${scheme}://${host}:${port}/`, { node: { lookup, tls } }),
      );
      expectForbidden(error, `${scheme}://${host}:`, "127.0.0.1");
      expect(reach).toEqual({ connections: 1, bytes: 0 });
    }
  });

  test.each([
    ["a private one", "10.0.0.1", "URL_FORBIDDEN"],
    ["a private one, mapped to IPv6", "::ffff:10.0.0.1", "URL_FORBIDDEN"],
    ["undefined", undefined, "DIAL_FAILED"],
  ])("is read from the socket: %s", async (_, address, code) => {
    const setRemoteAddress = (socket: Socket): void =>
      void Object.defineProperty(socket, "remoteAddress", { value: address });
    const { error, ...reach } = await reachOf((port) =>
      watchSockets(setRemoteAddress, () => denying("127.0.0.1").connect(`ws://127.0.0.1:${port}/`)),
    );
    expect(error.code).toBe(code);
    expect(reach).toEqual({ connections: 1, bytes: 0 });
  });

  test("is accepted if it is allowed, like the dialled address", async () => {
    await using server = await startEchoServer();
    const client = await denying(UNSPECIFIED, "127.0.0.1").connect(
      `ws://${UNSPECIFIED}:${server.port}/`,
    );
    await client.close();
    expect(server.sockets).toBe(1);
  });
});

describe("a redirect", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["0x7f000001", "127.0.0.1"],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1"],
    ["localhost", "localhost"],
    ["second.test", "127.0.0.1"],
  ])("to %s is refused", async (host, address) => {
    await using target = await startEchoServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: `http://${host}:${target.port}/` }),
    });
    const { names, lookup } = lookupSpy();
    const dial = denying("first.test").connect(`ws://first.test:${server.port}/`, {
      node: { followRedirects: true, lookup },
    });
    expectForbidden(await failure(dial), "ws://", address);
    expect(names).toEqual(host === "second.test" ? ["first.test", host] : ["first.test"]);
    await server.idle();
    await expectUntouched(target);
  });

  test("to an allowed host is followed", async () => {
    await using target = await startEchoServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const client = await denying("first.test", "127.0.0.1").connect(
      `ws://first.test:${server.port}/`,
      { node: { followRedirects: true, lookup: lookupSpy().lookup } },
    );
    expect(client.url).toBe(target.url);
    await client.close();
  });

  test("to a Unix socket is refused", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: "ws+unix:///run/app.sock" }),
    });
    const dial = denying("127.0.0.1").connect(server.url, { node: { followRedirects: true } });
    expect((await failure(dial)).code).toBe("URL_FORBIDDEN");
  });
});

describe("an allowed host", () => {
  test.each([
    ["its name", "db.test", "db.test"],
    ["a name in another case or with a trailing dot", "DB.test.", "db.TEST"],
    ["an address that a name resolves to", "127.0.0.1", "db.test"],
    ["a block that holds the address of a name", "127.0.0.0/8", "db.test"],
    ["an address", "127.0.0.1", "127.0.0.1"],
    ["an address in another notation", "127.0.0.1", "0x7f.1"],
    ["an address mapped to IPv6", "127.0.0.1", "[::ffff:127.0.0.1]"],
    ["a block", "127.0.0.0/8", "127.0.0.1"],
    ["localhost", "localhost", "localhost"],
  ])("is dialled if the list holds %s", async (_, allow, host) => {
    for (const tls of [undefined, createCertificate(["db.test", "localhost", "127.0.0.1"])]) {
      await using server = await startEchoServer(tls && { tls });
      const scheme = tls ? "wss" : "ws";
      const client = await denying(allow).connect(`${scheme}://${host}:${server.port}/`, {
        node: {
          lookup: lookupSpy().lookup,
          // The certificate names 127.0.0.1, which does not match the same address mapped to IPv6.
          tls: { ca: tls?.cert, rejectUnauthorized: !host.startsWith("[") },
        },
      });
      await client.send("hello");
      expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
      const { code, clean } = await client.close();
      expect([code, clean]).toEqual([1000, true]);
    }
  });

  test("is dialled from localAddress", async () => {
    await using server = await startEchoServer();
    const client = await denying("127.0.0.1").connect(server.url, {
      node: { localAddress: "127.0.0.3" },
    });
    expect((await server.connection()).request.socket.remoteAddress).toBe("127.0.0.3");
    await client.close();
  });

  const allowing = { denyPrivateNetworks: { allow: ["localhost", "127.0.0.1"] } };

  test.each([
    ["is not trusted", {}, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    [
      "is another host's",
      { ca: certificate.cert, servername: "db.test" },
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
  ])("is refused when its certificate %s", async (_, tls, code) => {
    await using server = await startRawServer({ tls: certificate });
    const error = await failure(createContext(allowing).connect(server.url, { node: { tls } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false, cause: { code } });
    await server.idle();
  });

  test("is sent to the server as the TLS server name (SNI)", async () => {
    let name: unknown;
    await using server = await startRawServer({
      tls: { ...certificate, SNICallback: (asked, done) => done(null, void (name = asked)) },
    });
    const client = await createContext(allowing).connect(`wss://localhost:${server.port}/`, {
      node: { tls: { ca: certificate.cert } },
    });
    expect(name).toBe("localhost");
    client.terminate();
  });

  test.each<[string, NodeOptions]>([
    ["an invalid TLS version", { tls: { minVersion: "none" } }],
    ["a local address of another machine", { localAddress: "8.8.8.8" }],
  ])("fails with %s", async (_, node) => {
    await using server = await startRawServer({ tls: certificate });
    const error = await failure(createContext(allowing).connect(server.url, { node }));
    expect(error).toMatchObject({ code: "DIAL_FAILED" });
    await server.idle();
  });

  test("fails with DIAL_FAILED if the port is closed, or the server resets the connection at once", async () => {
    const { url } = await startAndStop();
    const error = await failure(createContext(allowing).connect(url));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    for (const tls of [undefined, certificate]) {
      await using server = await startRawServer({
        ...(tls && { tls }),
        onConnection: ({ socket }) => socket.resetAndDestroy(),
      });
      const reset = await failure(createContext(allowing).connect(server.url));
      expect(reset).toMatchObject({ code: "DIAL_FAILED" });
      await server.idle();
    }
  });

  test("has its socket destroyed by an abort while it connects", async () => {
    await using server = await startRawServer();
    const controller = new AbortController();
    const lookup = (_name: string, _options: object, done: LookupDone): void => {
      done(null, [{ address: "127.0.0.1", family: 4 }]);
      controller.abort();
    };
    const sockets = await socketsOf(async () => {
      const url = `ws://db.test:${server.port}/`;
      const { signal } = controller;
      const error = await failure(denying("127.0.0.1").connect(url, { signal, node: { lookup } }));
      expect(error.code).toBe("ABORTED");
    });
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

describe("an option with which the guard cannot check the connection", () => {
  /** Allows the address of the server, so that a refusal can only come from the unsupported option. */
  const allowing = { denyPrivateNetworks: { allow: ["127.0.0.1"] } };

  interface Row extends ConnectOptions {
    readonly url?: string;
  }

  async function refusalsOf(url: string, options: ConnectOptions): Promise<WsError[]> {
    const byCall = createContext(allowing).connect(url, options);
    const byDefault = createContext({ ...allowing, defaults: options }).connect(url);
    return [await failure(byCall), await failure(byDefault)];
  }

  const webSocket = vi.fn() as unknown as WebSocketClass;

  test.each<[string, Row]>([
    ["option node.agent", { node: { agent: new Agent() } }],
    ["option webSocket", { webSocket }],
    ["option node.tls.socket", { node: { tls: { socket: new Socket() } } }],
    ["a ws+unix: URL", { url: "ws+unix:///run/app.sock:/path" }],
  ])("is refused with UNSUPPORTED: %s", async (what, { url, ...options }) => {
    await using server = await startEchoServer();
    const sockets = await socketsOf(async () => {
      for (const error of await refusalsOf(url ?? server.url, options)) {
        expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED", retryable: false });
        expect(error.message).toContain(`${what} cannot be used with denyPrivateNetworks`);
      }
    });
    expect(sockets).toEqual([]);
    expect(webSocket).not.toHaveBeenCalled();
    await expectUntouched(server);
  });

  test("can be reset by a call if it is a default of the context", async () => {
    await using server = await startEchoServer();
    const context = createContext({ ...allowing, defaults: { node: { agent: new Agent() } } });
    await (await context.connect(server.url, { node: {} })).close();
  });
});

describe("denyPrivateNetworks", () => {
  test("is not an option of a call", async () => {
    const options: object = { denyPrivateNetworks: false };
    const error = await failure(denying().connect("ws://127.0.0.1:1/", options));
    expect(error.code).toBe("INVALID_OPTION");
  });

  test("does not affect calls outside the context", async () => {
    await using server = await startEchoServer();
    denying();
    const off = createContext({ denyPrivateNetworks: false });
    const clients = [
      connect(server.url),
      createContext().connect(server.url),
      off.connect(server.url),
    ];
    for (const client of clients) await (await client).close();
  });
});

describe("node.tls", () => {
  /** An allowed address on which no server listens. */
  const ALLOWED = "127.0.0.2";

  test.each(Object.entries(TLS_DETOURS))(
    "does not redirect the dial to another address: %s",
    async (_, make) => {
      await using server = await startEchoServer();
      const { port } = server;
      for (const scheme of ["ws", "wss"]) {
        for (const host of [ALLOWED, "db.test"]) {
          const { lookup } = lookupSpy(() => [ALLOWED]);
          const tls = { rejectUnauthorized: false, ...make(port) };
          const url = `${scheme}://${host}:${port}/`;
          const error = await failure(denying(ALLOWED).connect(url, { node: { tls, lookup } }));
          // The refused connection must be the one to the allowed address.
          expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { address: ALLOWED, port } });
        }
        const refused = denying(ALLOWED).connect(`${scheme}://127.0.0.1:${port}/`, {
          node: { tls: make(port) },
        });
        expect((await failure(refused)).code).toBe("URL_FORBIDDEN");
      }
      await expectUntouched(server);
    },
  );
});

/** Starts a server and stops it, so that nothing listens on its port. */
async function startAndStop(): Promise<EchoServer> {
  await using server = await startEchoServer();
  return server;
}
