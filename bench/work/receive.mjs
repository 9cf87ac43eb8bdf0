// @ts-check
// The server sends as fast as it can; every message is looked at, as a string or as bytes.
import { open, W3C } from "../peers/index.mjs";

const KIB = 1024;
const MIB = KIB * KIB;

const SIZES = [
  {
    size: 64,
    label: "64 B",
    count: 100_000,
    targets: { ws: 1, "ws-events": 1.3, "ws-stream": 1.5 },
  },
  { size: KIB, label: "1 KiB", count: 50_000 },
  { size: 64 * KIB, label: "64 KiB", count: 8_000, targets: { ws: 0.98 } },
  { size: MIB, label: "1 MiB", count: 480, targets: { ws: 0.98 } },
];

const PEERS = ["ws", "ws-events", "ws-stream", ...W3C, "it-ws"];

/** @type {import("./index.mjs").Workload[]} */
export const workloads = SIZES.flatMap(({ size, label, count, targets }) =>
  ["text", "binary"].map((type) => ({
    name: `receive ${label} ${type}`,
    group: "Receiving",
    unit: "time",
    ours: ["wschan", "wschan-receive"],
    peers: PEERS,
    // Small binary messages are copied out of the socket's buffer: a promise about memory, not speed.
    ...(targets && (type === "text" || size > KIB) && { targets }),
    job: { job: "blast", size, count, type },
    prepare: async (peer, url) => receiving(await open(peer, url), size, count),
  })),
);

/**
 * Asks for the messages and takes them.
 *
 * @param {import("../peers/index.mjs").Connection} connection
 * @param {number} size
 * @param {number} count
 */
export function receiving(connection, size, count) {
  return {
    async run() {
      let bytes = 0;
      const done = connection.receive(count, (data) => {
        bytes += typeof data === "string" ? data.length : data.byteLength;
      });
      void connection.send("go");
      await done;
      if (bytes !== size * count) throw new Error(`${bytes} bytes, not ${size * count}`);
    },
    end: connection.close,
  };
}
