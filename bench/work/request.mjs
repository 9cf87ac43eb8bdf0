// @ts-check
// One message at a time: sends the next when the previous one has been answered.
import { open, W3C } from "../peers/index.mjs";

const SIZE = 64;
const COUNT = 2_000;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    name: "request and response, 64 B text",
    group: "Request and response",
    unit: "time",
    ours: ["wschan", "wschan-receive"],
    peers: ["ws", "ws-events", "ws-stream", ...W3C, "it-ws"],
    targets: { ws: 1 },
    job: { job: "answer", size: SIZE, type: "text" },
    async prepare(peer, url) {
      const connection = await open(peer, url);
      const request = "a".repeat(SIZE);
      return {
        async run() {
          let left = COUNT;
          const done = connection.receive(COUNT, () => {
            if (--left > 0) void connection.send(request);
          });
          void connection.send(request);
          await done;
        },
        end: connection.close,
      };
    },
  },
];
