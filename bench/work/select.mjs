// @ts-check
// A `select` that waits on several channels, one of which then gets a value. Beside it what one writes
// without it: `Promise.race` over as many promises, which cannot take back those that lose.
import { Channel, select } from "wschan";

/** How many cases all selects of a run have together. */
const CASES = 200_000;

/** @type {Readonly<Record<string, (width: number, count: number) => () => Promise<void>>>} */
const CONTESTANTS = {
  select(width, count) {
    const channels = Array.from({ length: width }, () => new Channel());
    const cases = channels.map((channel) => channel.caseReceive());
    return async () => {
      for (let i = 0; i < count; i++) {
        const selected = select(cases);
        channels[i % width]?.trySend(i);
        await selected;
      }
    };
  },
  "Promise.race"(width, count) {
    const waits = Array.from({ length: width }, deferred);
    return async () => {
      for (let i = 0; i < count; i++) {
        const raced = Promise.race(waits.map(({ promise }) => promise));
        waits[i % width]?.resolve({ ok: true, value: i });
        waits[i % width] = deferred();
        await raced;
      }
    };
  },
  "one `receive()`"(width, count) {
    const channels = Array.from({ length: width }, () => new Channel());
    return async () => {
      for (let i = 0; i < count; i++) {
        const received = channels[i % width]?.receive();
        channels[i % width]?.trySend(i);
        await received;
      }
    };
  },
};

function deferred() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [2, 8, 64].map((width) => ({
  name: `select over ${width} cases`,
  group: "Select",
  unit: "time",
  ours: ["select"],
  peers: ["Promise.race", "one `receive()`"],
  prepare: (contestant) =>
    Promise.resolve({ run: CONTESTANTS[contestant]?.(width, CASES / width) ?? fail }),
}));

async function fail() {
  throw new Error("no such contestant");
}
