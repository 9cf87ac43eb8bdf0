// @ts-check
// The workloads of the page: wschan over each transport of the browser, compared with that transport without wschan.
import { connect } from "wschan";
import { openW3C } from "../peers/w3c.mjs";
import { connection } from "../peers/wschan.mjs";
import { receiving } from "../work/receive.mjs";
import { bursting, dataOf } from "../work/send.mjs";
import { openStream } from "./stream.mjs";

/** @typedef {import("../peers/index.mjs").Connection} Connection */

/**
 * Opens a connection, by the name of the contestant.
 *
 * @type {Readonly<Record<string, (url: string) => Promise<Connection>>>}
 */
const CONTESTANTS = {
  "wschan over `WebSocket`": (url) => openBy("buffer", url),
  "wschan over `WebSocketStream`": (url) => openBy("stream", url),
  "`WebSocket`": (url) => openW3C(new WebSocket(url)),
  "`WebSocketStream`": openStream,
};

/**
 * Opens a connection of wschan. Rejects if the browser uses another transport.
 *
 * @param {"buffer" | "stream"} backpressure
 * @param {string} url
 */
async function openBy(backpressure, url) {
  const client = await connect(url, { backpressure });
  if (client.backpressure !== backpressure)
    throw new Error(`backpressure is ${client.backpressure}, not ${backpressure}`);
  return connection(client);
}

/**
 * Opens a connection of a contestant.
 *
 * @param {string} name
 * @param {string} url
 */
async function open(name, url) {
  const contestant = CONTESTANTS[name];
  if (contestant === undefined) throw new Error(`unknown contestant: ${name}`);
  return contestant(url);
}

const SIZES = [
  { size: 64, label: "64 B", received: 20_000, sent: 20_000 },
  { size: 65_536, label: "64 KiB", received: 2_000, sent: 2_000 },
];

const TRANSPORTS = ["`WebSocket`", "`WebSocketStream`"];

/** The lowest acceptable ratio of the bare transport's time to that of wschan. */
const MIN_RATIO = 0.95;

/** @type {import("../work/index.mjs").Workload[]} */
export const workloads = SIZES.flatMap(({ size, label, received, sent }) =>
  ["text", "binary"].flatMap((type) =>
    TRANSPORTS.flatMap((transport) => {
      const common = {
        group: "Chromium",
        unit: /** @type {const} */ ("time"),
        ours: [`wschan over ${transport}`],
        peers: [transport],
      };
      return [
        {
          ...common,
          name: `receive ${label} ${type} over ${transport}`,
          targets: { [transport]: MIN_RATIO },
          job: { job: "blast", size, count: received, type },
          prepare: async (name, url) => receiving(await open(name, url), size, received),
        },
        {
          ...common,
          name: `send ${label} ${type} over ${transport}`,
          targets: { [transport]: MIN_RATIO },
          job: { job: "swallow", count: sent },
          prepare: async (name, url) => bursting(await open(name, url), dataOf(size, type), sent),
        },
      ];
    }),
  ),
);
