// @ts-check
// Bytes of V8's heap that are allocated for each message. First for one that passes through a channel to a waiting
// receiver, compared with the minimum: the message, its result and one promise. Then for one that is received from
// the socket. The young generation is so large that no garbage is collected, so the heap grows by exactly the
// allocated bytes.
import { GCProfiler } from "node:v8";
import { Channel } from "wschan";
import { open } from "../peers/index.mjs";
import { receiving } from "./receive.mjs";

const COUNT = 50_000;

/** @type {Readonly<Record<string, () => () => Promise<void>>>} */
const CONTESTANTS = {
  Channel() {
    const channel = new Channel();
    return async () => {
      for (let i = 0; i < COUNT; i++) {
        const received = channel.receive();
        channel.trySend(message(i));
        await received;
      }
    };
  },
  "by hand": () => async () => {
    for (let i = 0; i < COUNT; i++) {
      /** @type {(result: { ok: true, value: object }) => void} */
      let settle = () => {};
      const received = new Promise((resolve) => (settle = resolve));
      settle({ ok: true, value: message(i) });
      await received;
    }
  },
};

/** @param {number} number */
function message(number) {
  return { type: "text", data: number };
}

const SIZE = 64;

/** @type {Pick<import("./index.mjs").Workload, "group" | "unit" | "flags">} */
const COMMON = {
  group: "Allocations",
  unit: "bytes",
  flags: ["--max-semi-space-size=128", "--min-semi-space-size=128"],
};

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  {
    ...COMMON,
    name: "a message through a channel, when a receiver waits",
    ours: ["Channel"],
    peers: ["by hand"],
    // One byte per message is allowed for allocations that happen only once.
    targets: { "by hand": 1 },
    async prepare(contestant) {
      const work = CONTESTANTS[contestant]?.() ?? fail;
      // Warms up, because optimized code allocates less.
      for (let i = 0; i < 5; i++) await work();
      return { run: () => allocated(work) };
    },
  },
  {
    ...COMMON,
    name: "a message received, 64 B text",
    ours: ["wschan", "wschan-receive"],
    peers: ["ws", "ws-events", "ws-stream"],
    job: { job: "blast", size: SIZE, count: COUNT, type: "text" },
    async prepare(peer, url) {
      for (let i = 0; i < 3; i++) {
        const { run, end } = receiving(await open(peer, url), SIZE, COUNT);
        await run();
        await end();
      }
      const { run, end } = receiving(await open(peer, url), SIZE, COUNT);
      return { run: () => allocated(run), end };
    },
  },
];

/**
 * Returns the number of bytes that `work` allocates for each message.
 *
 * @param {() => Promise<void>} work
 */
async function allocated(work) {
  globalThis.gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  await work();
  const after = process.memoryUsage().heapUsed;
  if (profiler.stop().statistics.length > 0)
    throw new Error("garbage was collected during the measurement; raise --max-semi-space-size");
  return (after - before) / COUNT;
}

async function fail() {
  throw new Error("unknown contestant");
}
