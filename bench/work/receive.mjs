// @ts-check
// The server sends as fast as it can. The contestant reads every message, as a string or as bytes.
import { open, W3C } from "../peers/index.mjs";

const KIB = 1024;
const MIB = KIB * KIB;

const SIZES = [
  { size: 64, label: "64 B", count: 100_000 },
  { size: KIB, label: "1 KiB", count: 50_000 },
  { size: 64 * KIB, label: "64 KiB", count: 8_000 },
  { size: MIB, label: "1 MiB", count: 480 },
];

const PEERS = ["ws", "ws-events", "ws-stream", ...W3C, "it-ws"];

/** @typedef {(typeof SIZES)[number]} Size */

/**
 * Makes a workload of receiving.
 *
 * @param {Size} size
 * @param {string} type
 * @param {Pick<import("./index.mjs").Workload, "name" | "ours" | "peers" | "targets">} common
 * @returns {import("./index.mjs").Workload}
 */
const receive = ({ size, count }, type, common) => ({
  ...common,
  group: "Receiving",
  unit: "time",
  job: { job: "blast", size, count, type },
  prepare: async (peer, url) => receiving(await open(peer, url), size, count),
});

/** @param {Size} size */
const isSmall = ({ size }) => size <= KIB;

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  ...SIZES.flatMap((size) =>
    ["text", "binary"].map((type) =>
      receive(size, type, {
        name: `receive ${size.label} ${type}`,
        ours: ["wschan", "wschan-receive"],
        peers: PEERS,
        targets: { ws: size.size === 64 && type === "text" ? 1.5 : 1 },
      }),
    ),
  ),
  ...SIZES.filter(isSmall).flatMap((size) =>
    ["text", "binary"].map((type) =>
      receive(size, type, {
        name: `receive ${size.label} ${type} in batches`,
        ours: ["wschan-batches"],
        peers: ["ws"],
        ...(size.size === 64 && type === "text" && { targets: { ws: 2.5 } }),
      }),
    ),
  ),
  ...SIZES.filter(isSmall).map((size) =>
    receive(size, "binary", {
      name: `receive ${size.label} binary as views`,
      ours: ["wschan-views"],
      peers: ["ws"],
      targets: { ws: 1.5 },
    }),
  ),
];

/**
 * Makes a round that requests `count` messages of `size` bytes, and receives them.
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
      if (bytes !== size * count)
        throw new Error(`received ${bytes} bytes instead of ${size * count}`);
    },
    end: connection.close,
  };
}
