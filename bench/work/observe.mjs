// @ts-check
// The cost of an observer that counts: the workloads of other files, compared with the same client without observer.
import { workloads as connects } from "./connect.mjs";
import { workloads as receive } from "./receive.mjs";
import { workloads as request } from "./request.mjs";
import { workloads as send } from "./send.mjs";

const OBSERVED = [
  "receive 64 B text",
  "send 64 B text, un-awaited",
  "request and response, 64 B text",
  "connect and close",
];

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [...receive, ...send, ...request, ...connects]
  .filter(({ name }) => OBSERVED.includes(name))
  .flatMap((workload) => {
    const observed = { ...workload, group: "Observing", peers: ["wschan-unobserved"] };
    return [
      {
        ...observed,
        name: `${workload.name}, with an observer`,
        ours: ["wschan-observed"],
        targets: { "wschan-unobserved": 0.95 },
      },
      {
        ...observed,
        name: `${workload.name}, with an observer of messages`,
        ours: ["wschan-observed-messages"],
        targets: {},
      },
    ];
  })
  .filter(({ name }) => name !== "connect and close, with an observer of messages");
