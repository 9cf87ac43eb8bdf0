// @ts-check
// The server sends 128 MiB as fast as it can, and the consumer reads one message per 5 ms. Measures the peak memory
// of this process: messages that a loop has not read yet, or that a callback has to store.
import { setTimeout } from "node:timers/promises";
import { memoryInUse, memoryInUseAfterGc } from "../../test/helpers/memory-in-use.mjs";
import { open } from "../peers/index.mjs";

const SIZE = 65_536;
const SENT_COUNT = 2_048;
/** The number of messages that are consumed during the measurement. */
const CONSUMED_COUNT = 100;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    name: "a slow consumer: held of 128 MiB offered",
    group: "Memory",
    unit: "bytes",
    ours: ["wschan", "wschan-receive"],
    peers: ["ws", "ws-events", "ws-stream", "node-websocket", "it-ws"],
    job: { job: "blast", size: SIZE, count: SENT_COUNT, type: "binary" },
    async prepare(peer, url) {
      const connection = await open(peer, url);
      const consumer = new Consumer();
      /** @type {Promise<void>} */
      let received;
      return {
        async run() {
          const before = await memoryInUseAfterGc();
          let peak = 0;
          received = connection.receive(SENT_COUNT, consumer.deliver);
          connection.send("go");
          for (let i = 1; i <= CONSUMED_COUNT; i++) {
            await setTimeout(5);
            await consumer.next();
            if (i % 20 > 0) continue;
            globalThis.gc?.();
            peak = Math.max(peak, memoryInUse() - before);
          }
          return peak;
        },
        async end() {
          for (let i = CONSUMED_COUNT; i < SENT_COUNT; i++) await consumer.next();
          await received;
          await connection.close();
        },
      };
    },
  },
];

/** Consumes messages at its own speed, and queues those that arrive in the meantime. */
class Consumer {
  /** @type {{ data: unknown, settle: () => void }[]} */
  #queue = [];
  #onArrival = () => {};

  /**
   * Queues a message. Settles when it is consumed.
   *
   * @type {import("../peers/index.mjs").Deliver}
   */
  deliver = (data) =>
    new Promise((settle) => {
      this.#queue.push({ data, settle });
      this.#onArrival();
    });

  /** Consumes the next message, and waits for it if necessary. */
  async next() {
    if (this.#queue.length === 0) {
      await new Promise((resolve) => (this.#onArrival = () => resolve(undefined)));
    }
    this.#queue.shift()?.settle();
  }
}
