// @ts-check
// A `select` waits on several channels, and one of them then receives a value. It is compared with the usual
// alternative: `Promise.race` over the same number of promises, which cannot cancel those that lose.
import { Channel, select } from "wschan";

/** The number of cases of all selects of a run together. */
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

/** Returns a promise and the function that resolves it. */
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
  throw new Error("unknown contestant");
}
