// @ts-check
// One contestant of one workload, in a process of its own: what one leaves behind in the optimizer, in
// inline caches and on the heap is not the other's. Does what it is told by IPC, one step after another.
import { WORKLOADS } from "./work/index.mjs";

const [, , name, contestant = "", url = ""] = process.argv;
const workload = WORKLOADS.find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);

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

/** @param {string} step */
async function take(step) {
  process.send?.(await STEPS[step]?.());
}

process.on("message", (/** @type {string} */ step) => void take(step));
process.on("disconnect", () => process.exit());
