// @ts-check
// Runs one contestant of one workload. Each contestant has its own process, because the state of the optimizer,
// the inline caches and the heap would influence the next one. The parent requests each step by IPC.
import { WORKLOADS } from "./work/index.mjs";

const [, , name, contestant = "", url = ""] = process.argv;
const workload = WORKLOADS.find((each) => each.name === name);
if (workload === undefined) throw new Error(`unknown workload: ${name}`);

/** @type {import("./work/index.mjs").Round | undefined} */
let round;

/** @type {Readonly<Record<string, () => Promise<object>>>} */
const STEPS = {
  async prepare() {
    round = await workload.prepare(contestant, url);
    globalThis.gc?.();
    return {};
  },
  async run() {
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    const bytes = await round?.run();
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { wall, cpu: (user + system) / 1000, bytes };
  },
  async end() {
    await round?.end?.();
    return {};
  },
};

/**
 * Runs a step, and sends its result to the parent.
 *
 * @param {string} step
 */
async function runStep(step) {
  process.send?.(await STEPS[step]?.());
}

process.on("message", (/** @type {string} */ step) => void runStep(step));
process.on("disconnect", () => process.exit());
