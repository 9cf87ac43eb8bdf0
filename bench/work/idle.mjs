// @ts-check
// What a connection holds that is open and does nothing, with the listener or the loop that waits for its
// messages.
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
    async prepare(peer, url) {
      /** @type {import("../peers/index.mjs").Connection[]} */
      const connections = [];
      return {
        async run() {
          const before = await heldForGood();
          for (let i = 0; i < COUNT; i++) {
            const connection = await open(peer, url);
            void connection.receive(1, () => {}).catch(() => {});
            connections.push(connection);
          }
          return ((await heldForGood()) - before) / COUNT;
        },
        end: () => Promise.all(connections.map(({ close }) => close())),
      };
    },
  },
];
