import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { connect as connectTcp } from "node:net";
import { checkServerIdentity } from "node:tls";
import { describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { ConnectOptions, NodeOptions } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import type { LookupDone } from "./support.js";

checkLeaks();

const certificate = createCertificate();

/** Dials without a network guard, and with one that allows every address in these tests. */
const DIALERS = [
  ["without a guard", connect],
  [
    "with a guard",
    (url: string, options: ConnectOptions) =>
      createContext({ denyPrivateNetworks: { allow: ["name.test", "127.0.0.1"] } }).connect(
        url,
        options,
      ),
  ],
] as const;

type Lookup = (
  host: string,
  options: { all?: boolean; family?: number },
  done: LookupDone,
) => unknown;

const nodeLookup = (lookup: Lookup): NodeOptions => ({
  lookup,
});

describe.each(DIALERS)("node.lookup, dialled %s,", (_, dial) => {
  /** Every look-up answers synchronously, in a microtask and in a later turn of the event loop. */
  const SCHEDULES: readonly ((answer: () => void) => void)[] = [
    (answer) => answer(),
    queueMicrotask,
    setImmediate,
  ];

  test.each<[string, (done: LookupDone) => void, family?: 4 | 6]>([
    ["one address, whatever was asked for", (done) => done(null, "127.0.0.1", 4)],
    ["one address without its family", (done) => done(null, "127.0.0.1")],
    ["one address with a wrong family", (done) => done(null, "127.0.0.1", 6)],
    ["a list, whatever was asked for", (done) => done(null, [{ address: "127.0.0.1", family: 4 }])],
    ["a list of strings", (done) => done(null, ["127.0.0.1"])],
    [
      "a list with wrong families",
      (done) => done(null, [{ address: "127.0.0.1", family: "IPv6" }]),
    ],
    [
      "addresses of the other family as well",
      (done) => done(null, [{ address: "::1" }, { address: "127.0.0.1" }]),
      4,
    ],
    [
      "an address, and then an error",
      (done) => {
        done(null, "127.0.0.1", 4);
        done(new Error("too late"));
      },
    ],
  ])("may answer with %s", async (_, answer, family) => {
    await using server = await startRawServer();
    const allowed = createContext({ denyPrivateNetworks: { allow: ["name.test"] } });
    const open = dial === connect ? connect : allowed.connect.bind(allowed);
    for (const schedule of SCHEDULES) {
      for (const force of family ? [family] : ([0, 4] as const)) {
        const node = {
          ...nodeLookup((_host, _options, done) => schedule(() => answer(done))),
          family: force,
        };
        (await open(`ws://name.test:${server.port}/`, { node })).terminate();
      }
    }
  });

  test.each<[string, Lookup]>([
    ...[null, undefined, [], [null], [undefined], [{}], 42, "", "localhost", {}, [[]], true].map(
      (answer): [string, Lookup] => [
        `answers with ${JSON.stringify(answer)}`,
        (_host, _options, done) => done(null, answer),
      ],
    ),
    [
      "answers with a valid and an invalid address",
      (_h, _o, done) => done(null, ["127.0.0.1", null]),
    ],
    [
      "answers with an error that is a string",
      (_h, _o, done) => done("broken" as unknown as Error),
    ],
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ])("that %s fails with DIAL_FAILED", async (_, lookup) => {
    for (const schedule of SCHEDULES) {
      for (const scheme of ["ws", "wss"]) {
        const node = nodeLookup((host, options, done) =>
          lookup(host, options, (...answer) => schedule(() => done(...answer))),
        );
        const error = await failure(dial(`${scheme}://name.test:9/`, { node }));
        expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
      }
    }
  });

  test.each([4, 6] as const)(
    "that finds no address of family %i fails with DIAL_FAILED",
    async (family) => {
      const address = family === 4 ? "::1" : "127.0.0.1";
      const node = { ...nodeLookup((_h, _o, done) => done(null, address)), family };
      const allow = { allow: ["name.test"] };
      const context = createContext({ denyPrivateNetworks: dial === connect ? false : allow });
      const error = await failure(context.connect("ws://name.test:9/", { node }));
      expect(error.code).toBe("DIAL_FAILED");
      expect(error.message).toContain(`IPv${family}`);
    },
  );

  test.each(["ws", "wss"])(
    "may answer in the same turn in which the connection fails, over %s:",
    async (scheme) => {
      // 203.0.113.5 is reserved for documentation (RFC 5737), so `bind` fails in the turn of the answer.
      const node = {
        ...nodeLookup((_host, { all }, done) =>
          done(null, all ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4),
        ),
        localAddress: "203.0.113.5",
      };
      const error = await failure(dial(`${scheme}://name.test:9/`, { node }));
      expect(error.code).toBe("DIAL_FAILED");
    },
  );
});

describe.each(DIALERS)("a function of node.tls, dialled %s,", (_, dial) => {
  const secure = { tls: certificate };

  test.each<[string, () => unknown, rejectUnauthorized?: boolean]>([
    [
      "throws",
      () => {
        throw new Error("wrong pin");
      },
    ],
    [
      "throws although rejectUnauthorized is off",
      () => {
        throw new Error("wrong pin");
      },
      false,
    ],
    ["returns a promise", () => Promise.resolve()],
    ["returns a promise that rejects", () => Promise.reject(new Error("wrong pin"))],
    ["returns true", () => true],
    ["returns a string", () => "wrong pin"],
    ["returns an error", () => new Error("wrong pin")],
  ])(
    "if checkServerIdentity %s, fails the dial before the request is sent",
    async (_, check, rejectUnauthorized = true) => {
      await using server = await startRawServer(secure);
      const tls = { ca: certificate.cert, checkServerIdentity: check, rejectUnauthorized };
      const error = await failure(
        dial(server.url, { headers: { Authorization: "Bearer secret" }, node: { tls } }),
      );
      expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
      await server.idle();
      expect(server.connections.map(({ request }) => request)).not.toContainEqual(
        expect.anything(),
      );
    },
  );

  test.each<[string, unknown]>([
    ["returns undefined", () => undefined],
    ["is Node's own", checkServerIdentity],
    ["is given as undefined", undefined],
  ])("if checkServerIdentity %s, lets the connection open", async (_, check) => {
    await using server = await startRawServer(secure);
    const tls = { ca: certificate.cert, checkServerIdentity: check };
    (await dial(server.url, { node: { tls } })).terminate();
  });

  const psk = {
    ciphers: "PSK-AES128-GCM-SHA256",
    maxVersion: "TLSv1.2",
    checkServerIdentity: () => undefined,
  } as const;
  const key = Buffer.alloc(16, 7);

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no key");
      },
    ],
    ["returns a promise", () => Promise.resolve({ psk: key, identity: "me" })],
    ["returns a string", () => "key"],
    ["returns a key that is a string", () => ({ psk: "key", identity: "me" })],
    ["returns no identity", () => ({ psk: key })],
    ["returns a key of 513 bytes", () => ({ psk: Buffer.alloc(513), identity: "me" })],
    ["returns an identity of 257 bytes", () => ({ psk: key, identity: "x".repeat(257) })],
  ])("if pskCallback %s, fails the dial", async (_, pskCallback) => {
    await using server = await startRawServer({
      tls: { ...psk, pskCallback: () => key },
    });
    const error = await failure(dial(server.url, { node: { tls: { ...psk, pskCallback } } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
    await server.idle();
  });

  test("if pskCallback returns a key, lets the connection open", async () => {
    await using server = await startRawServer({
      tls: { ...psk, pskCallback: () => key },
    });
    const tls = { ...psk, pskCallback: () => ({ psk: key, identity: "me" }) };
    (await dial(server.url, { node: { tls } })).terminate();
  });
});

describe("an agent", () => {
  const failing = (createConnection: unknown): Agent => {
    const agent: object = Object.assign(new Agent(), { createConnection });
    return agent as Agent;
  };

  test("that throws fails the dial with DIAL_FAILED, and the thrown error is the cause", async () => {
    const cause = new Error("no proxy");
    const agent = failing(() => {
      throw cause;
    });
    const error = await failure(connect("ws://127.0.0.1:9/", { node: { agent } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true, cause });
  });

  test("that calls back with an error, synchronously or later, fails the dial with DIAL_FAILED", async () => {
    const cause = new Error("no proxy");
    for (const schedule of [(run: () => void) => run(), setImmediate]) {
      const agent = failing((_options: object, done: (error: Error) => void) => {
        schedule(() => {
          done(cause);
          done(new Error("again"));
        });
      });
      const error = await failure(
        connect("ws://127.0.0.1:9/", { node: { agent }, dialTimeout: ms(2_000) }),
      );
      expect(error).toMatchObject({ code: "DIAL_FAILED", cause });
    }
  });

  test("that calls back twice opens the first connection", async () => {
    await using server = await startRawServer();
    const agent = failing(
      (options: { port: number }, done: (error: null, socket: object) => void) => {
        const socket = connectTcp({ port: options.port, host: "127.0.0.1" });
        socket.once("connect", () => {
          done(null, socket);
          done(null, socket);
        });
      },
    );
    (await connect(server.url, { node: { agent } })).terminate();
    await server.idle();
  });

  test.each([
    ["for another scheme", new HttpsAgent() as Agent],
    ["whose connection is a plain object", failing(() => ({}))],
    ["whose connection is a promise", failing(() => Promise.resolve({}))],
  ])("%s fails with INVALID_OPTION", async (_, agent) => {
    const error = await failure(connect("ws://127.0.0.1:9/", { node: { agent } }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", retryable: false });
  });
});

test.each(["secureOptions", "ticketKeys", "key"])(
  "a value of node.tls.%s that Node refuses does not appear in the error message",
  async (name) => {
    await using server = await startRawServer({ tls: certificate });
    const error = await failure(connect(server.url, { node: { tls: { [name]: "hunter2" } } }));
    expect(error.message).not.toContain("hunter2");
  },
);
