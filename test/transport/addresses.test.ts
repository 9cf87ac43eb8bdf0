import { once } from "node:events";
import { Agent } from "node:http";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { platform } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { ConnectOptions, NodeOptions } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { lookupSpy, rejectionOf, sleep } from "./support.js";

checkLeaks();

describe("the time for one address of several", () => {
  /** The options that a dial passes to `net.connect`. */
  async function passed(options: ConnectOptions): Promise<Record<string, unknown>> {
    let seen: Record<string, unknown> = {};
    const agent = Object.assign(new Agent(), {
      createConnection(given: Record<string, unknown>) {
        seen = given;
        throw new Error("enough");
      },
    });
    const node: NodeOptions = { ...options.node, agent };
    await rejectionOf(connect("ws://name.test/", { ...options, node }));
    return seen;
  }

  test.each<[string, ConnectOptions, min: number, max: number]>([
    ["a third of dialTimeout", { dialTimeout: "30s" }, 9_000, 10_000],
    ["Node's 250 ms at least", { dialTimeout: "600ms" }, 250, 250],
    ["what is given", { node: { autoSelectFamilyAttemptTimeout: "1.5s" } }, 1_500, 1_500],
    ["a whole number", { node: { autoSelectFamilyAttemptTimeout: 10.5 } }, 11, 11],
    ["the default for 0", { node: { autoSelectFamilyAttemptTimeout: 0 } }, 9_000, 10_000],
  ])("is %s", async (_, options, min, max) => {
    const { autoSelectFamilyAttemptTimeout: time } = await passed(options);
    expect(time).toSatisfy(Number.isInteger);
    expect(time).toBeGreaterThanOrEqual(min);
    expect(time).toBeLessThanOrEqual(max);
  });

  test("is a third of what is left after the policy", async () => {
    const policy = async (): Promise<boolean> => {
      await sleep(100);
      return true;
    };
    const { autoSelectFamilyAttemptTimeout: time } = await passed({
      dialTimeout: ms(3_000),
      policy,
    });
    // The policy is asked twice, and a timer may fire up to 1 ms early.
    expect(time).toBeLessThanOrEqual(Math.ceil(ms(3_000 - 2 * 99) / 3));
  });

  test.each([true, false, undefined])("is used as autoSelectFamily says: %o", async (value) => {
    const node = value === undefined ? {} : { autoSelectFamily: value };
    expect((await passed({ node })).autoSelectFamily).toBe(value);
  });
});

// Linux drops handshakes that its backlog has no room for.
test.runIf(platform() === "linux").each([false, { allow: ["slow.test"] }])(
  "a good address that needs a second is not given up for one that refuses, guard: %j",
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
      // The first two are let in, the others are not.
      await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, "connect")));
      const { lookup } = lookupSpy(() => ["127.0.0.1", "127.0.0.9"]);
      const dial = createContext({ denyPrivateNetworks }).connect(`ws://slow.test:${port}/`, {
        dialTimeout: "15s",
        node: { lookup },
      });
      // Longer than Node would wait for the address.
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
