// @ts-check
// Opens a connection and closes it with the close handshake, again and again.
import { open, W3C } from "../peers/index.mjs";

const COUNT = 150;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    name: "connect and close",
    group: "Connecting",
    unit: "time",
    ours: ["wschan"],
    peers: ["ws", ...W3C, "it-ws"],
    targets: { ws: 0.9 },
    job: { job: "idle" },
    prepare: (peer, url) =>
      Promise.resolve({
        async run() {
          for (let i = 0; i < COUNT; i++) await (await open(peer, url)).close();
        },
      }),
  },
];
