// @ts-check
import { Child } from "./child.mjs";
import { takeTurns, WARM_UP } from "./rounds.mjs";

/** @typedef {import("./work/index.mjs").Workload} Workload */
/** @typedef {import("./server/start.mjs").Server} Server */

/**
 * The costs of one run: wall time, CPU time of the contestant, and CPU time of the server if there is one, in
 * milliseconds; or bytes, for a workload that measures memory.
 *
 * @typedef {{ wall: number, cpu: number, server?: number, bytes?: number }} Sample
 */

/** The most rounds of a workload that measures memory: the results hardly vary, and it opens 1,000 connections. */
const MAX_MEMORY_ROUNDS = 3;

const CONTESTANT = new URL("./contestant.mjs", import.meta.url);

// Node before 22 has a global `WebSocket` only with this flag.
const FLAGS = ["--expose-gc", ...(globalThis.WebSocket ? [] : ["--experimental-websocket"])];

/**
 * Measures a workload. Every contestant runs in its own process.
 *
 * @param {Workload} workload
 * @param {Server} server
 * @param {number} rounds
 * @returns {Promise<Record<string, Sample[]>>} by contestant
 */
export async function measure(workload, server, rounds) {
  const { name, unit, ours, peers, job, flags = [] } = workload;
  const isTime = unit === "time";
  const contestants = [...ours, ...peers];
  const url = job ? server.url(job) : "";
  const children = new Map(
    contestants.map((each) => [
      each,
      new Child(CONTESTANT, [name, each, url], [...FLAGS, ...flags]),
    ]),
  );
  const runOnce = async (/** @type {string} */ contestant) => {
    const child = /** @type {Child} */ (children.get(contestant));
    await child.ask("prepare");
    const before = await server.cpu();
    const sample = await child.ask("run");
    const after = await server.cpu();
    await child.ask("end");
    return job ? { ...sample, server: after - before } : sample;
  };
  try {
    await takeTurns(contestants, isTime ? WARM_UP : 1, runOnce);
    const counted = isTime ? rounds : Math.min(rounds, MAX_MEMORY_ROUNDS);
    return await takeTurns(contestants, counted, runOnce);
  } finally {
    for (const child of children.values()) child.stop();
  }
}
