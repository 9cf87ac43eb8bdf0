// @ts-check
// The server sends as fast as it can, and each of several subscribers gets every message.
import { OPEN } from "../peers/subscribers.mjs";

const SIZE = 64;

/** The number of subscribers, and of messages: together they are the number of deliveries. */
const RUNS = [
  { subscribers: 1, count: 50_000 },
  { subscribers: 10, count: 20_000 },
  { subscribers: 100, count: 4_000 },
];

/** @type {import("./index.mjs").Workload[]} */
export const workloads = RUNS.map(({ subscribers, count }) => ({
  name: `deliver 64 B text to ${subscribers} subscriber${subscribers === 1 ? "" : "s"}`,
  group: "Many consumers",
  unit: "time",
  ours: ["wschan-hub"],
  peers: ["ws-emitter", "ws-emitter-loops", "rxjs-multiplex"],
  job: { job: "blast", size: SIZE, count, type: "text" },
  async prepare(contestant, url) {
    const connection = await /** @type {typeof OPEN[string]} */ (OPEN[contestant])(url);
    return {
      async run() {
        let units = 0;
        const done = Array.from({ length: subscribers }, () =>
          connection.subscribe(count, (data) => {
            units += data.length;
          }),
        );
        void connection.send("go");
        await Promise.all(done);
        if (units !== SIZE * count * subscribers) throw new Error(`received ${units} units`);
      },
      end: connection.close,
    };
  },
}));
