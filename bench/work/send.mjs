// @ts-check
// A run ends when the server has confirmed all messages, so messages that a library holds back count as well.
import { open, W3C } from "../peers/index.mjs";

const KIB = 1024;
const MIB = KIB * KIB;

const SIZES = [
  { size: 64, label: "64 B", count: 30_000, minRatio: 8 },
  { size: KIB, label: "1 KiB", count: 20_000, minRatio: 2 },
  { size: 64 * KIB, label: "64 KiB", count: 1_000, minRatio: 2 },
  { size: MIB, label: "1 MiB", count: 60, minRatio: 2 },
];

const BATCH = 32;

/** @typedef {import("../peers/index.mjs").Connection} Connection */
/** @typedef {string | Uint8Array<ArrayBuffer>} Data */
/** @typedef {(connection: Connection, data: Data, count: number) => void | Promise<void>} Send */

/** The peers whose sends can be awaited, by a callback. */
const AWAITABLE = ["ws", "ws-stream"];

/**
 * The ways to send many messages.
 *
 * @type {readonly {
 *   label: string,
 *   peers: readonly string[],
 *   send: Send,
 * }[]}
 */
const STYLES = [
  { label: "un-awaited", peers: [...AWAITABLE, ...W3C], send: burst },
  {
    label: "awaited one by one",
    peers: AWAITABLE,
    async send(connection, data, count) {
      for (let i = 0; i < count; i++) await connection.sendAndWait?.(data);
    },
  },
  {
    label: `awaited in batches of ${BATCH}`,
    peers: AWAITABLE,
    async send(connection, data, count) {
      for (let left = count; left > 0; left -= BATCH) {
        const batch = Array.from({ length: Math.min(left, BATCH) }, () =>
          connection.sendAndWait?.(data),
        );
        await Promise.all(batch);
      }
    },
  },
];

/** @type {import("./index.mjs").Workload[]} */
export const workloads = SIZES.flatMap(({ size, label, count, minRatio }) =>
  ["text", "binary"].flatMap((type) =>
    STYLES.map(({ label: style, peers, send }) => ({
      name: `send ${label} ${type}, ${style}`,
      group: "Sending",
      unit: "time",
      ours: ["wschan"],
      peers,
      targets: { ws: minRatio },
      job: { job: "swallow", count },
      prepare: async (peer, url) => sending(await open(peer, url), dataOf(size, type), count, send),
    })),
  ),
);

/** @type {Send} */
function burst(connection, data, count) {
  for (let i = 0; i < count; i++) void connection.send(data);
}

/**
 * Makes a round that sends without awaiting.
 *
 * @param {Connection} connection
 * @param {Data} data
 * @param {number} count
 */
export const bursting = (connection, data, count) => sending(connection, data, count, burst);

/**
 * Makes the data of a message.
 *
 * @param {number} size
 * @param {string} type
 * @returns {Data}
 */
export function dataOf(size, type) {
  return type === "text" ? "a".repeat(size) : new Uint8Array(size).fill(97);
}

/**
 * Makes a round that sends `count` messages, and waits for the server's confirmation.
 *
 * @param {Connection} connection
 * @param {Data} data
 * @param {number} count
 * @param {Send} send
 */
function sending(connection, data, count, send) {
  return {
    async run() {
      const answered = connection.receive(1, () => {});
      await send(connection, data, count);
      await answered;
    },
    end: connection.close,
  };
}
