// @ts-check
// The server would send 128 MiB at once; the consumer takes a message per 5 ms. Measured is the most that
// this process holds meanwhile: what a loop is not ready for, and what a callback has to put somewhere.
import { setTimeout } from "node:timers/promises";
import { held, heldForGood } from "../../test/helpers/held.mjs";
import { open } from "../peers/index.mjs";

const SIZE = 65_536;
const OFFERED = 2_048;
const TAKEN = 100;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    name: "a slow consumer: held of 128 MiB offered",
    group: "Memory",
    unit: "bytes",
    ours: ["wschan", "wschan-receive"],
    peers: ["ws", "ws-events", "ws-stream", "node-websocket", "it-ws"],
    job: { job: "blast", size: SIZE, count: OFFERED, type: "binary" },
    async prepare(peer, url) {
      const connection = await open(peer, url);
      const consumer = new Consumer();
      /** @type {Promise<void>} */
      let received;
      return {
        async run() {
          const before = await heldForGood();
          let most = 0;
          received = connection.receive(OFFERED, consumer.offer);
          connection.send("go");
          for (let i = 1; i <= TAKEN; i++) {
            await setTimeout(5);
            await consumer.next();
            if (i % 20 > 0) continue;
            globalThis.gc?.();
            most = Math.max(most, held() - before);
          }
          return most;
        },
        async end() {
          for (let i = TAKEN; i < OFFERED; i++) await consumer.next();
          await received;
          await connection.close();
        },
      };
    },
  },
];

/** Takes messages at its own pace; what comes meanwhile waits. */
class Consumer {
  /** @type {{ data: unknown, taken: () => void }[]} */
  #waiting = [];
  #arrived = () => {};

  /** @type {import("../peers/index.mjs").Take} */
  offer = (data) =>
    new Promise((taken) => {
      this.#waiting.push({ data, taken });
      this.#arrived();
    });

  async next() {
    if (this.#waiting.length === 0) {
      await new Promise((resolve) => (this.#arrived = () => resolve(undefined)));
    }
    this.#waiting.shift()?.taken();
  }
}
