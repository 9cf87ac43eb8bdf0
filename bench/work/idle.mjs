// @ts-check
// Memory of a connection that is open and idle, with the listener or the loop that waits for its messages.
import { heldForGood } from "../../test/helpers/held.mjs";
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
 * Measures the memory of each of `count` connections.
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
      const before = await heldForGood();
      for (let i = 0; i < count; i++) connections.push(await openOne(i));
      return ((await heldForGood()) - before) / count;
    },
    end: () => Promise.all(connections.map(({ close }) => close())),
  };
}
