// @ts-check
// The memory of an open, idle connection, including the listener or loop that waits for messages.
import { memoryInUseAfterGc } from "../../test/helpers/memory-in-use.mjs";
import { open, W3C } from "../peers/index.mjs";

const COUNT = 1_000;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    name: "memory of each of 1,000 idle connections",
    group: "Memory",
    unit: "bytes",
    ours: ["wschan"],
    peers: ["ws", "ws-events", "ws-stream", ...W3C, "it-ws"],
    targets: { ws: 3_072 },
    job: { job: "idle" },
    prepare: (peer, url) =>
      holding(COUNT, async () => {
        const connection = await open(peer, url);
        void connection.receive(1, () => {}).catch(() => {});
        return connection;
      }),
  },
];

/**
 * Makes a round that opens `count` connections, and resolves with the bytes of memory per connection.
 *
 * @param {number} count
 * @param {(index: number) => Promise<import("../peers/index.mjs").Connection>} openOne
 * @returns {Promise<import("./index.mjs").Round>}
 */
export async function holding(count, openOne) {
  /** @type {import("../peers/index.mjs").Connection[]} */
  const connections = [];
  return {
    async run() {
      const before = await memoryInUseAfterGc();
      for (let i = 0; i < count; i++) connections.push(await openOne(i));
      return ((await memoryInUseAfterGc()) - before) / count;
    },
    end: () => Promise.all(connections.map(({ close }) => close())),
  };
}
