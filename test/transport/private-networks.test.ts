import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Agent } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { ConnectOptions, NodeOptions, WebSocketClass, WsError } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { PRIVATE_ANSWERS, reachOf, TLS_DETOURS } from "../helpers/private-networks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { lookupSpy, rejectionOf } from "./support.js";
import type { LookupDone } from "./support.js";

checkLeaks();

const certificate = createCertificate();

/** A context that denies all private addresses but these. */
const denying = (...allow: string[]) => createContext({ denyPrivateNetworks: { allow } });

/** Checks an error for what a refusal by the guard is. */
function expectForbidden(error: WsError, url: string, address: string): void {
  expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
  expect(error.retryable).toBe(false);
  expect(error.message).toMatch(/^dial ws/);
  expect(error.message).toContain(`dial ${url}`);
  expect(error.message).toContain(`${address} is a private address (`);
  expect(error.message).toContain("denyPrivateNetworks");
}

/** Checks that nobody has connected: whoever does now is the first. */
async function expectUntouched(server: EchoServer): Promise<void> {
  const client = await connect(server.url, { node: { tls: { rejectUnauthorized: false } } });
  await client.close();
  expect(server.sockets).toBe(1);
}

/** Calls back with each client's socket that is made while it runs, before it connects. */
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

/** The clients' sockets that are made while it runs. */
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
  ])("%s is refused before a socket is made or a name looked up", async (host, address) => {
    await using server = await startEchoServer();
    const spy = lookupSpy();
    const url = `ws://me:secret@${host}:${server.port}/path?token=secret`;
    for (const allow of [true, { allow: ["other.test", "10.0.0.0/8"] }] as const) {
      const context = createContext({ denyPrivateNetworks: allow });
      const sockets = await socketsOf(async () => {
        const error = await rejectionOf(context.connect(url, { node: { lookup: spy.lookup } }));
        expectForbidden(error, "ws://", address);
        expect(error.message).not.toContain("secret");
      });
      expect(sockets).toEqual([]);
    }
    expect(spy.names).toEqual([]);
    await expectUntouched(server);
  });

  test("is refused when the policies have allowed it, and not shown to the look-up when they have not", async () => {
    const asked: string[] = [];
    const dial = (allowed: boolean) => {
      const policy = ({ resource }: { resource: string }) => {
        asked.push(resource);
        return allowed || resource === "";
      };
      return createContext({ policy, denyPrivateNetworks: true }).connect("ws://127.0.0.1:1/");
    };
    expectForbidden(await rejectionOf(dial(true)), "ws://127.0.0.1:1/", "127.0.0.1");
    const error = await rejectionOf(dial(false));
    expect(error.code).toBe("URL_FORBIDDEN");
    expect(error.message).not.toContain("denyPrivateNetworks");
    expect(asked).toEqual(["", "ws://127.0.0.1:1/", "", "ws://127.0.0.1:1/"]);
  });
});

describe("a name", () => {
  test.each(PRIVATE_ANSWERS)("that leads to %j is refused", async (addresses, first) => {
    await using server = await startEchoServer();
    for (const scheme of ["ws", "wss"]) {
      const { names, lookup } = lookupSpy(() => addresses);
      const url = `${scheme}://rebind.test:${server.port}/`;
      const dial = denying("10.9.0.0/16").connect(url, { node: { lookup } });
      expectForbidden(await rejectionOf(dial), url, first);
      expect(names).toEqual(["rebind.test"]);
    }
    await expectUntouched(server);
  });

  test("is looked up by Node where there is no other look-up", async () => {
    await using server = await startEchoServer();
    const client = await denying("127.0.0.0/8", "::1").connect(`ws://localhost:${server.port}/`);
    await client.close();
  });

  /** The second address is allowed, and nobody listens there. */
  const ALLOWED = "127.0.0.2";
  const changing = (): object => {
    const answers = [ALLOWED];
    return { toString: () => answers.pop() ?? "127.0.0.1" };
  };

  type Row = readonly [string, (done: LookupDone) => void, code: string];
  test.each<Row>([
    [
      "an address where a list was asked for",
      (done) => done(null, "127.0.0.1", 4),
      "URL_FORBIDDEN",
    ],
    ["a list of texts", (done) => done(null, ["127.0.0.1"], 4), "URL_FORBIDDEN"],
    [
      "a family that is wrong",
      (done) => done(null, [{ address: "127.0.0.1", family: 6 }]),
      "URL_FORBIDDEN",
    ],
    [
      "an allowed address, and then another",
      (done) => {
        done(null, [{ address: ALLOWED, family: 4 }]);
        done(null, [{ address: "127.0.0.1", family: 4 }]);
      },
      "DIAL_FAILED",
    ],
    [
      "an address that is another one when it is read again",
      (done) => done(null, [{ address: changing(), family: 4 }]),
      "DIAL_FAILED",
    ],
    ["the same, alone", (done) => done(null, changing(), 4), "DIAL_FAILED"],
    [
      "an answer that is another one when it is read again",
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
    ["a name", (done) => done(null, [{ address: "localhost", family: 4 }]), "DIAL_FAILED"],
    ["no address", (done) => done(null, [{ address: "private", family: 4 }]), "DIAL_FAILED"],
    ["no addresses", (done) => done(null, []), "DIAL_FAILED"],
    ["nothing", (done) => done(null), "DIAL_FAILED"],
    ["nothings", (done) => done(null, [null, undefined]), "DIAL_FAILED"],
    ["an error", (done) => done(new Error("broken")), "DIAL_FAILED"],
  ])("is not let through by a look-up that answers with %s", async (_, answer, code) => {
    await using server = await startEchoServer();
    for (const family of [0, 4] as const) {
      for (const run of [(call: () => void) => call(), setImmediate]) {
        const lookup = (_name: string, _options: object, done: LookupDone): void => {
          run(() => answer(done));
        };
        const dial = denying(ALLOWED).connect(`ws://rebind.test:${server.port}/`, {
          node: { lookup, family },
        });
        expect([family, (await rejectionOf(dial)).code]).toEqual([family, code]);
      }
    }
    await expectUntouched(server);
  });

  test("is not let through by a look-up that throws", async () => {
    const lookup = (): void => {
      throw new Error("broken");
    };
    const error = await rejectionOf(denying().connect("ws://rebind.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { message: "broken" } });
  });

  test("is looked up in the family that is asked for", async () => {
    const families: unknown[] = [];
    const lookup = (_name: string, { family }: { family: number }, done: LookupDone): void => {
      families.push(family);
      done(new Error("enough"));
    };
    for (const family of [4, 6] as const) {
      await rejectionOf(denying().connect("ws://a.test/", { node: { lookup, family } }));
    }
    expect(families).toEqual([4, 6]);
  });

  test("is looked up once a dial, and judged anew in each", async () => {
    await using server = await startEchoServer();
    const { names, lookup } = lookupSpy(
      (question) => [["127.0.0.1"], ["127.0.0.9"]][question] ?? [],
    );
    const context = denying("127.0.0.1");
    const url = `ws://rebind.test:${server.port}/`;
    const client = await context.connect(url, { node: { lookup } });
    expectForbidden(
      await rejectionOf(context.connect(url, { node: { lookup } })),
      url,
      "127.0.0.9",
    );
    expect(names).toEqual(["rebind.test", "rebind.test"]);
    await client.close();
  });
});

describe("the address where a connection has ended up", () => {
  // A connection to the unspecified address ends at this machine's loopback: nothing but the socket's
  // own answer tells that an address that is allowed led to one that is not.
  const ZERO = "0.0.0.0";

  test.each(["ws", "wss"])("is judged before a byte of %s: leaves", async (scheme) => {
    const { lookup } = lookupSpy(() => [ZERO]);
    for (const host of [ZERO, "rebind.test"]) {
      // Nor is the guard's refusal undone by what could become of the socket's own methods.
      const tls = { rejectUnauthorized: false, destroy: () => {} };
      const { error, ...reach } = await reachOf((port) =>
        denying(ZERO).connect(`${scheme}://${host}:${port}/`, { node: { lookup, tls } }),
      );
      expectForbidden(error, `${scheme}://${host}:`, "127.0.0.1");
      expect(reach).toEqual({ connections: 1, bytes: 0 });
    }
  });

  test.each([
    ["a private one", "10.0.0.1", "URL_FORBIDDEN"],
    ["a private one, in IPv6's clothes", "::ffff:10.0.0.1", "URL_FORBIDDEN"],
    ["none any more", undefined, "DIAL_FAILED"],
  ])("is judged as the socket tells it: %s", async (_, address, code) => {
    const tell = (socket: Socket): void =>
      void Object.defineProperty(socket, "remoteAddress", { value: address });
    const { error, ...reach } = await reachOf((port) =>
      watchSockets(tell, () => denying("127.0.0.1").connect(`ws://127.0.0.1:${port}/`)),
    );
    expect(error.code).toBe(code);
    expect(reach).toEqual({ connections: 1, bytes: 0 });
  });

  test("is allowed as the one that led to it is", async () => {
    await using server = await startEchoServer();
    const client = await denying(ZERO, "127.0.0.1").connect(`ws://${ZERO}:${server.port}/`);
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
    expectForbidden(await rejectionOf(dial), "ws://", address);
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
    expect((await rejectionOf(dial)).code).toBe("URL_FORBIDDEN");
  });
});

describe("what is allowed", () => {
  test.each([
    ["a name", "db.test", "db.test"],
    ["a name, whatever its case and dot", "DB.test.", "db.TEST"],
    ["an address that a name leads to", "127.0.0.1", "db.test"],
    ["a block that a name leads into", "127.0.0.0/8", "db.test"],
    ["an address", "127.0.0.1", "127.0.0.1"],
    ["an address, however it is spelled", "127.0.0.1", "0x7f.1"],
    ["an address, in IPv6's clothes", "127.0.0.1", "[::ffff:127.0.0.1]"],
    ["a block", "127.0.0.0/8", "127.0.0.1"],
    ["this machine", "localhost", "localhost"],
  ])("gets through: %s", async (_, allow, host) => {
    for (const tls of [undefined, createCertificate(["db.test", "localhost", "127.0.0.1"])]) {
      await using server = await startEchoServer(tls && { tls });
      const scheme = tls ? "wss" : "ws";
      const client = await denying(allow).connect(`${scheme}://${host}:${server.port}/`, {
        node: {
          lookup: lookupSpy().lookup,
          // An address has its certificate's name in one spelling alone.
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
    const error = await rejectionOf(createContext(allowing).connect(server.url, { node: { tls } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false, cause: { code } });
    await server.idle();
  });

  test("tells the server its name", async () => {
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
    ["a version of TLS that is none", { tls: { minVersion: "none" } }],
    ["a local address of another machine", { localAddress: "8.8.8.8" }],
  ])("fails with %s", async (_, node) => {
    await using server = await startRawServer({ tls: certificate });
    const error = await rejectionOf(createContext(allowing).connect(server.url, { node }));
    expect(error).toMatchObject({ code: "DIAL_FAILED" });
    await server.idle();
  });

  test("fails where nobody listens, and where the server ends at once", async () => {
    const { url } = await startAndStop();
    const error = await rejectionOf(createContext(allowing).connect(url));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    for (const tls of [undefined, certificate]) {
      await using server = await startRawServer({
        ...(tls && { tls }),
        onConnection: ({ socket }) => socket.resetAndDestroy(),
      });
      const reset = await rejectionOf(createContext(allowing).connect(server.url));
      expect(reset).toMatchObject({ code: "DIAL_FAILED" });
      await server.idle();
    }
  });

  test("is let go of by an abort while it connects", async () => {
    await using server = await startRawServer();
    const controller = new AbortController();
    const lookup = (_name: string, _options: object, done: LookupDone): void => {
      done(null, [{ address: "127.0.0.1", family: 4 }]);
      controller.abort();
    };
    const sockets = await socketsOf(async () => {
      const url = `ws://db.test:${server.port}/`;
      const { signal } = controller;
      const error = await rejectionOf(
        denying("127.0.0.1").connect(url, { signal, node: { lookup } }),
      );
      expect(error.code).toBe("ABORTED");
    });
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

describe("what connects where the guard cannot see", () => {
  /** The port is to be allowed, so that the guard alone stands in the way. */
  const allowing = { denyPrivateNetworks: { allow: ["127.0.0.1"] } };

  interface Row extends ConnectOptions {
    readonly url?: string;
  }

  async function refusalsOf(url: string, options: ConnectOptions): Promise<WsError[]> {
    const byCall = createContext(allowing).connect(url, options);
    const byDefault = createContext({ ...allowing, defaults: options }).connect(url);
    return [await rejectionOf(byCall), await rejectionOf(byDefault)];
  }

  const webSocket = vi.fn() as unknown as WebSocketClass;

  test.each<[string, Row]>([
    ["option node.agent", { node: { agent: new Agent() } }],
    ["option webSocket", { webSocket }],
    ["option node.tls.socket", { node: { tls: { socket: new Socket() } } }],
    ["a ws+unix: URL", { url: "ws+unix:///run/app.sock:/path" }],
  ])("is not supported: %s", async (what, { url, ...options }) => {
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

  test("can be taken back by a call", async () => {
    await using server = await startEchoServer();
    const context = createContext({ ...allowing, defaults: { node: { agent: new Agent() } } });
    await (await context.connect(server.url, { node: {} })).close();
  });

  test("is no option of a call", async () => {
    const options: object = { denyPrivateNetworks: false };
    const error = await rejectionOf(denying().connect("ws://127.0.0.1:1/", options));
    expect(error.code).toBe("INVALID_OPTION");
  });

  test("is no business of other contexts", async () => {
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
  /** Where the guard lets the dial go. Nobody listens there. */
  const ALLOWED = "127.0.0.2";

  test.each(Object.entries(TLS_DETOURS))("takes no dial elsewhere: %s", async (_, make) => {
    await using server = await startEchoServer();
    const { port } = server;
    for (const scheme of ["ws", "wss"]) {
      for (const host of [ALLOWED, "db.test"]) {
        const { lookup } = lookupSpy(() => [ALLOWED]);
        const tls = { rejectUnauthorized: false, ...make(port) };
        const url = `${scheme}://${host}:${port}/`;
        const error = await rejectionOf(denying(ALLOWED).connect(url, { node: { tls, lookup } }));
        // By the address that it was to go to, and no other.
        expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { address: ALLOWED, port } });
      }
      const refused = denying(ALLOWED).connect(`${scheme}://127.0.0.1:${port}/`, {
        node: { tls: make(port) },
      });
      expect((await rejectionOf(refused)).code).toBe("URL_FORBIDDEN");
    }
    await expectUntouched(server);
  });
});

async function startAndStop(): Promise<EchoServer> {
  await using server = await startEchoServer();
  return server;
}
