import { spawn } from "node:child_process";
import { connect as netConnect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { Client, ConnectOptions, WsError } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { textFrame } from "../helpers/frames.js";
import { abortListeners, checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { sleep } from "./support.js";
import type { LookupDone } from "./support.js";

checkLeaks();

const never = new Promise<never>(() => {});

/** The target of a dial that hangs in one stage. */
interface Stuck {
  readonly url: string;
  readonly options?: ConnectOptions;
  /** Settles when the dial has reached the stage. */
  readonly reached: Promise<void>;
  /** Settles when the dial has released its resources. */
  readonly released: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Starts a TCP server that accepts connections, sends `answer` to the first data, and then stays silent. */
async function stuckOnTcp(scheme: string, answer?: string): Promise<Stuck> {
  const sockets = new Set<Socket>();
  let reach: () => void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", () => {
      if (answer !== undefined) socket.write(answer);
      setTimeout(reach, ms(20));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    reached,
    released: async () => {
      await expect.poll(() => sockets.size).toBe(0);
    },
    dispose: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Opens a port with a full backlog, by stopping its process: the kernel completes no further handshake. */
async function stuckOnSyn(): Promise<Stuck> {
  const program = `require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 },
    function () { process.send(this.address().port); }); process.on("disconnect", process.exit);`;
  const child = spawn(process.execPath, ["-e", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [port] = (await once(child, "message")) as [number];
  child.kill("SIGSTOP");
  const fillers: Socket[] = [];
  let isFull = false;
  while (!isFull) {
    const filler = netConnect(port, "127.0.0.1");
    filler.on("error", () => {});
    fillers.push(filler);
    isFull = await Promise.race([
      once(filler, "connect").then(() => false),
      sleep(30).then(() => true),
    ]);
  }
  return {
    url: `ws://127.0.0.1:${port}/`,
    reached: sleep(20),
    // Only the kernel knows of the socket; `checkLeaks` finds it if the dial leaves it open.
    released: () => Promise.resolve(),
    dispose: async () => {
      for (const filler of fillers) filler.destroy();
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** Makes a dial that waits for a callback of the caller's that never answers. */
function stuckOnCall(make: (call: () => void) => ConnectOptions): Stuck {
  let reach: () => void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return {
    url: "ws://made-up.test/",
    options: make(() => reach()),
    reached,
    released: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
}

/** The stages of a dial, and a target for each that makes a dial hang there. */
const stages: [string, () => Stuck | Promise<Stuck>][] = [
  [
    "the policy",
    () =>
      stuckOnCall((call) => ({
        policy: () => {
          call();
          return never;
        },
      })),
  ],
  ["the look-up", () => stuckOnCall((call) => ({ node: { lookup: call } }))],
  ["the TCP handshake", stuckOnSyn],
  ["the TLS handshake", () => stuckOnTcp("wss")],
  ["the upgrade", () => stuckOnTcp("ws")],
  ["the upgrade, half answered", () => stuckOnTcp("ws", "HTTP/1.1 101 Switching")],
  [
    "the body of a refusal",
    () => stuckOnTcp("ws", "HTTP/1.1 503 Busy\r\nContent-Length: 99\r\n\r\nhello"),
  ],
];

const guarded = createContext({ denyPrivateNetworks: { allow: ["127.0.0.1"] } });
/** Two ways to dial, which have separate implementations. */
const dials: [string, (url: string | URL, options?: ConnectOptions) => Promise<Client>][] = [
  ["by connect()", connect],
  ["by a context that denies private networks", (...args) => guarded.connect(...args)],
];

describe.each(stages)("during %s", (stage, make) => {
  /** Starts a dial that hangs, ends it with `end`, and returns its error. */
  async function endStuck(
    dial: (url: string, options?: ConnectOptions) => Promise<Client>,
    end: () => void,
  ): Promise<WsError> {
    const stuck = await make();
    try {
      const dialled = dial(stuck.url, stuck.options);
      dialled.catch(() => {});
      await Promise.race([stuck.reached, dialled]);
      end();
      const error = await failure(dialled);
      await stuck.released();
      return error;
    } finally {
      await stuck.dispose();
    }
  }

  test.each(dials)("an abort ends the dial with its reason, dialled %s", async (_, dial) => {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const error = await endStuck(
      (url, options) => dial(url, { ...options, signal }),
      () => controller.abort(reason),
    );
    expect(error).toMatchObject({ code: "ABORTED", kind: "CANCELED", retryable: false });
    expect(error.cause).toBe(reason);
    expect(error.message).toMatch(/^dial ws/);
    expect(abortListeners(signal)).toBe(0);
  });

  test("a timeout signal rejects with ABORTED, like any other signal", async () => {
    const error = await endStuck(
      (url, options) => connect(url, { ...options, signal: AbortSignal.timeout(ms(60)) }),
      () => {},
    );
    expect(error).toMatchObject({ code: "ABORTED", cause: { name: "TimeoutError" } });
  });

  test("dialTimeout ends it", async () => {
    const error = await endStuck(
      (url, options) => connect(url, { ...options, dialTimeout: ms(80) }),
      () => {},
    );
    expect(error).toMatchObject(
      stage.includes("refusal")
        ? // The refusal is known by then, and says more than a timeout.
          { code: "HANDSHAKE_REJECTED", details: { status: 503, body: "hello" } }
        : { code: "DIAL_TIMEOUT", kind: "TIMEOUT", retryable: true },
    );
  });

  test("closing its context ends it", async () => {
    const context = createContext();
    const error = await endStuck(
      (url, options) => context.connect(url, options),
      () => void context.close(),
    );
    expect(error).toMatchObject({ code: "NO_CONTEXT", kind: "INTERNAL", retryable: false });
    await context.closed;
  });

  test("the signal of its context ends it", async () => {
    const controller = new AbortController();
    const context = createContext({ signal: controller.signal });
    const error = await endStuck(
      (url, options) => context.connect(url, options),
      () => controller.abort(),
    );
    expect(error.code).toBe("NO_CONTEXT");
    await context.closed;
    await turns(1);
    expect(abortListeners(controller.signal)).toBe(0);
  });
});

describe("within the look-up", () => {
  test.each(dials)("an abort leaves no connection open, dialled %s", async (_, dial) => {
    for (const isLate of [false, true]) {
      await using server = await startRawServer();
      const controller = new AbortController();
      const lookup = (_name: string, { all }: { all?: boolean }, done: LookupDone): void => {
        if (!isLate) controller.abort();
        if (all) done(null, [{ address: "127.0.0.1", family: 4 }]);
        else done(null, "127.0.0.1", 4);
        if (isLate) controller.abort();
      };
      const dialled = dial(`ws://made-up.test:${server.port}/`, {
        node: { lookup },
        signal: controller.signal,
      });
      expect((await failure(dialled)).code).toBe("ABORTED");
      // If the aborted dial had sent a request, it would have arrived before this one.
      const client = await connect(server.url);
      expect(server.connections.filter(({ request }) => request !== undefined)).toHaveLength(1);
      client.terminate();
      await server.idle();
    }
  });
});

describe("before the call", () => {
  test("an aborted signal prevents any connection, and no policy is called", async () => {
    await using server = await startEchoServer();
    let asked = 0;
    const signal = AbortSignal.abort("no");
    const policy = (): boolean => {
      asked++;
      return true;
    };
    const error = await failure(connect(server.url, { signal, policy }));
    expect(error).toMatchObject({ code: "ABORTED", kind: "CANCELED", cause: "no" });
    await sleep(20);
    expect(server.sockets).toBe(0);
    expect(asked).toBe(0);
    expect(abortListeners(signal)).toBe(0);
  });

  test("an abort in the same turn prevents any connection", async () => {
    await using server = await startEchoServer();
    const controller = new AbortController();
    const dialled = connect(server.url, { signal: controller.signal });
    controller.abort();
    expect((await failure(dialled)).code).toBe("ABORTED");
    await sleep(20);
    expect(server.sockets).toBe(0);
  });

  test("a closed context prevents any connection", async () => {
    await using server = await startEchoServer();
    const closed = createContext();
    await closed.close();
    const aborted = createContext({ signal: AbortSignal.abort() });
    for (const context of [closed, aborted]) {
      const error = await failure(context.connect(server.url));
      expect(error).toMatchObject({ code: "NO_CONTEXT", kind: "INTERNAL", retryable: false });
      await context.closed;
    }
    await sleep(20);
    expect(server.sockets).toBe(0);
  });
});

describe("after the open", () => {
  test("an abort has no effect, and the signal has no listener", async () => {
    await using server = await startEchoServer();
    const controller = new AbortController();
    const client = await connect(server.url, { signal: controller.signal });
    expect(abortListeners(controller.signal)).toBe(0);
    controller.abort();
    await sleep(10);
    expect(client.state).toBe("open");
    await client.send("alive");
    expect(await client.receive()).toMatchObject({ value: { data: "alive" } });
    await client.close();
  });

  test("dialTimeout has no effect", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, { dialTimeout: ms(100) });
    await sleep(250);
    expect(client.state).toBe("open");
    await client.close();
  });

  test("closing the context closes the connection with its code", async () => {
    await using server = await startEchoServer();
    const context = createContext();
    const clients = [await context.connect(server.url), await context.connect(server.url)];
    expect(context.connections).toEqual(clients);
    await context.close(1001, "going");
    for (const client of clients) {
      expect(await client.closed).toMatchObject({
        code: 1001,
        reason: "going",
        clean: true,
        by: "local",
      });
    }
    expect(context.connections).toEqual([]);
    expect(await server.connections[0]?.closed).toEqual({ code: 1001, reason: "going" });
  });

  test("the signal of the context closes the connection", async () => {
    await using server = await startEchoServer();
    const controller = new AbortController();
    const context = createContext({ signal: controller.signal });
    const client = await context.connect(server.url);
    controller.abort();
    expect(await client.closed).toMatchObject({ code: 1001, clean: true, by: "local" });
    await context.closed;
    await turns(1);
    expect(abortListeners(controller.signal)).toBe(0);
  });
});

describe("a race", () => {
  test("between open and abort has one winner, and the loser leaks no connection", async () => {
    await using server = await startRawServer();
    const outcomes = { opened: 0, aborted: 0 };
    for (let i = 0; i < 60; i++) {
      const controller = new AbortController();
      const dialled = connect(server.url, { signal: controller.signal });
      // The delays range from before the request to after the open.
      const delay = (i % 12) * 0.25;
      const start = performance.now();
      const abort = async (): Promise<void> => {
        while (performance.now() - start < delay) await turns(1);
        controller.abort();
      };
      const [result] = await Promise.allSettled([dialled, abort()]);
      expect(abortListeners(controller.signal)).toBe(0);
      if (result.status === "fulfilled") {
        outcomes.opened++;
        expect(result.value.state).toBe("open");
        result.value.terminate();
      } else {
        outcomes.aborted++;
        expect(result.reason).toMatchObject({ code: "ABORTED" });
      }
    }
    expect(outcomes.aborted).toBeGreaterThan(0);
    await server.idle();
  });

  test("between the server's answer and an abort in the same turn is won by the abort", async () => {
    for (const abortFirst of [true, false]) {
      const controller = new AbortController();
      await using server = await startRawServer({
        onRequest: (peer) => {
          if (abortFirst) controller.abort();
          peer.accept({}, textFrame("hello"));
          if (!abortFirst) controller.abort();
        },
      });
      const [result] = await Promise.allSettled([
        connect(server.url, { signal: controller.signal }),
      ]);
      expect(result).toMatchObject({ status: "rejected", reason: { code: "ABORTED" } });
      await server.idle();
      expect(abortListeners(controller.signal)).toBe(0);
    }
  });

  test("between open and closing the context leaves no connection open", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => {
        peer.accept();
        peer.onFrame = () => peer.socket.end();
      },
    });
    for (let i = 0; i < 30; i++) {
      const context = createContext({ defaults: { closeTimeout: ms(500) } });
      const dialled = context.connect(server.url);
      const start = performance.now();
      const close = async (): Promise<void> => {
        while (performance.now() - start < (i % 10) * 0.3) await turns(1);
        await context.close();
      };
      const [result] = await Promise.allSettled([dialled, close()]);
      if (result.status === "rejected") {
        expect(result.reason).toMatchObject({ code: "NO_CONTEXT" });
      } else {
        expect(result.value.state).toBe("closed");
      }
      expect(context.connections).toEqual([]);
    }
    await server.idle();
  });
});

test("many dials on one signal share one listener, which is removed with the last of them", async () => {
  await using server = await startEchoServer();
  await using silent = await startRawServer({ onRequest: () => {} });
  const controller = new AbortController();
  const { signal } = controller;
  const stuck = [1, 2, 3].map(() => failure(connect(silent.url, { signal })));
  const clients = await Promise.all([1, 2, 3].map(() => connect(server.url, { signal })));
  expect(abortListeners(signal)).toBe(1);
  controller.abort();
  for (const error of await Promise.all(stuck)) expect(error.code).toBe("ABORTED");
  expect(abortListeners(signal)).toBe(0);
  expect(clients.map(({ state }) => state)).toEqual(["open", "open", "open"]);
  await Promise.all(clients.map((client) => client.close()));
});
