// @ts-check
// permessage-deflate with context take-over on 1 KiB of JSON; only what stands on `ws` can be asked for it.
import { open } from "../peers/index.mjs";
import { jsonMessage } from "../server/json.mjs";
import { receiving } from "./receive.mjs";

const COUNT = 5_000;

/** @type {Pick<import("./index.mjs").Workload, "group" | "unit" | "peers" | "targets">} */
const COMMON = {
  group: "Compressed",
  unit: "time",
  peers: ["ws", "ws-events", "ws-stream"],
  targets: { ws: 1 },
};

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    ...COMMON,
    name: "receive 1 KiB of JSON, compressed",
    ours: ["wschan", "wschan-receive"],
    job: { job: "blastDeflated", count: COUNT, deflate: true },
    prepare: async (peer, url) => receiving(await open(peer, url, { deflate: true }), 1024, COUNT),
  },
  {
    ...COMMON,
    name: "send 1 KiB of JSON, compressed",
    ours: ["wschan"],
    peers: ["ws", "ws-stream"],
    job: { job: "swallow", count: COUNT, deflate: true },
    prepare: async (peer, url) => sending(await open(peer, url, { deflate: true })),
  },
];

/** @param {import("../peers/index.mjs").Connection} connection */
function sending(connection) {
  const messages = Array.from({ length: 100 }, (_, number) => jsonMessage(number));
  return {
    async run() {
      const answered = connection.receive(1, () => {});
      for (let i = 0; i < COUNT; i++) void connection.send(messages[i % messages.length] ?? "");
      await answered;
    },
    end: connection.close,
  };
}
