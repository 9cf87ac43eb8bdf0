// @ts-check
// permessage-deflate. Of the peers, only those that use `ws` directly let their users turn it on.
import { open } from "../peers/index.mjs";
import { roundLength } from "../server/jobs.mjs";
import { jsonMessage } from "../server/json.mjs";
import { holding } from "./idle.mjs";
import { receiving } from "./receive.mjs";

const KIB = 1024;

const SIZES = [
  { size: 100, label: "100 B", rounds: 2, sends: 15_000 },
  { size: KIB, label: "1 KiB", rounds: 4, sends: 3_000, targets: { ws: 2 } },
  { size: 64 * KIB, label: "64 KiB", rounds: 12, sends: 100 },
];

const CONTEXTS = [
  { context: true, label: "" },
  { context: false, label: ", without context" },
];

const CONNECTIONS = 1_000;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  ...SIZES.flatMap(({ size, label, rounds, sends, targets }) =>
    CONTEXTS.flatMap(({ context, label: contextLabel }) => {
      const count = rounds * roundLength(size);
      /** @type {Pick<import("./index.mjs").Workload, "group" | "unit" | "targets">} */
      const common = { group: "Compressed", unit: "time", ...(targets && { targets }) };
      /** @type {import("./index.mjs").Workload[]} */
      const pair = [
        {
          ...common,
          name: `receive ${label} of JSON, compressed${contextLabel}`,
          ours: ["wschan", "wschan-receive"],
          peers: ["ws", "ws-events", "ws-stream"],
          job: { job: "blastDeflated", size, count, context, deflate: true },
          prepare: async (peer, url) =>
            receiving(await open(peer, url, { deflate: true }), size, count),
        },
        {
          ...common,
          name: `send ${label} of JSON, compressed${contextLabel}`,
          ours: ["wschan"],
          peers: ["ws", "ws-stream"],
          job: { job: "swallow", count: sends, context, deflate: true },
          prepare: async (peer, url) =>
            sending(await open(peer, url, { deflate: true }), size, sends),
        },
      ];
      return pair;
    }),
  ),
  {
    name: "memory of each of 1,000 compressed connections",
    group: "Memory",
    unit: "bytes",
    ours: ["wschan"],
    peers: ["ws", "ws-events", "ws-stream"],
    job: { job: "answerDeflated", deflate: true },
    prepare: (peer, url) =>
      holding(CONNECTIONS, async (i) => {
        const connection = await open(peer, url, { deflate: true });
        const answered = connection.receive(1, () => {});
        void connection.send(jsonMessage(i, KIB));
        await answered;
        return connection;
      }),
  },
];

/**
 * Makes a round that sends compressible messages, and waits until the server has received all of them.
 *
 * @param {import("../peers/index.mjs").Connection} connection
 * @param {number} size
 * @param {number} count
 */
function sending(connection, size, count) {
  const messages = Array.from({ length: 100 }, (_, number) => jsonMessage(number, size));
  return {
    async run() {
      const answered = connection.receive(1, () => {});
      for (let i = 0; i < count; i++) void connection.send(messages[i % messages.length] ?? "");
      await answered;
    },
    end: connection.close,
  };
}
