import { once } from "node:events";
import { Agent } from "node:http";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { platform } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { ConnectOptions, NodeOptions } from "../../src/node.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { lookupSpy, sleep } from "./support.js";

checkLeaks();

describe("the connection attempt timeout for one of several addresses", () => {
  /** Returns the options that a dial passes to `net.connect`. */
  async function connectOptionsOf(options: ConnectOptions): Promise<Record<string, unknown>> {
    let seen: Record<string, unknown> = {};
    const agent = Object.assign(new Agent(), {
      createConnection(given: Record<string, unknown>) {
        seen = given;
        throw new Error("stop the dial here");
      },
    });
    const node: NodeOptions = { ...options.node, agent };
    await failure(connect("ws://name.test/", { ...options, node }));
    return seen;
  }

  test.each<[string, ConnectOptions, min: number, max: number]>([
    ["a third of dialTimeout", { dialTimeout: "30s" }, 9_000, 10_000],
    ["at least Node's 250 ms", { dialTimeout: "600ms" }, 250, 250],
    [
      "the value of node.autoSelectFamilyAttemptTimeout",
      { node: { autoSelectFamilyAttemptTimeout: "1.5s" } },
      1_500,
      1_500,
    ],
    ["rounded up to a whole number", { node: { autoSelectFamilyAttemptTimeout: 10.5 } }, 11, 11],
    [
      "a third of dialTimeout if the option is 0",
      { node: { autoSelectFamilyAttemptTimeout: 0 } },
      9_000,
      10_000,
    ],
  ])("is %s", async (_, options, min, max) => {
    const { autoSelectFamilyAttemptTimeout: time } = await connectOptionsOf(options);
    expect(time).toSatisfy(Number.isInteger);
    expect(time).toBeGreaterThanOrEqual(min);
    expect(time).toBeLessThanOrEqual(max);
  });

  test("is a third of the time that remains after the policy", async () => {
    const policy = async (): Promise<boolean> => {
      await sleep(100);
      return true;
    };
    const { autoSelectFamilyAttemptTimeout: time } = await connectOptionsOf({
      dialTimeout: ms(3_000),
      policy,
    });
    // The policy is called twice, and a timer may fire up to 1 ms early.
    expect(time).toBeLessThanOrEqual(Math.ceil(ms(3_000 - 2 * 99) / 3));
  });

  test.each([true, false, undefined])(
    "is passed with node.autoSelectFamily unchanged: %o",
    async (value) => {
      const node = value === undefined ? {} : { autoSelectFamily: value };
      expect((await connectOptionsOf({ node })).autoSelectFamily).toBe(value);
    },
  );
});

// The test needs Linux, which drops TCP handshakes when the backlog is full.
test.runIf(platform() === "linux").concurrent.each([false, { allow: ["slow.test"] }])(
  "a working address that needs a second is not given up for one that refuses, with denyPrivateNetworks: %j",
  { timeout: ms(20_000) },
  async (denyPrivateNetworks) => {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const file = new URL("fixtures/slow-accept.mjs", import.meta.url);
    const server = new Worker(file, { workerData: flag });
    const [port] = (await once(server, "message")) as [number];
    const fillers: Socket[] = [];
    try {
      for (let i = 0; i < 4; i++) {
        fillers.push(connectTcp(port, "127.0.0.1").on("error", () => {}));
      }
      // The kernel completes the handshakes of the first two connections only.
      await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, "connect")));
      const { lookup } = lookupSpy(() => ["127.0.0.1", "127.0.0.9"]);
      const dial = createContext({ denyPrivateNetworks }).connect(`ws://slow.test:${port}/`, {
        dialTimeout: "15s",
        node: { lookup },
      });
      // 500 ms is longer than the 250 ms that Node waits for an address by default.
      await sleep(500);
      for (const socket of fillers) socket.destroy();
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
      (await dial).terminate();
    } finally {
      for (const socket of fillers) socket.destroy();
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
      await server.terminate();
    }
  },
);
