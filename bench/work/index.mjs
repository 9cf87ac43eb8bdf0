// @ts-check
// All workloads, in the order of measuring and reporting.
import { workloads as allocations } from "./allocations.mjs";
import { workloads as connects } from "./connect.mjs";
import { workloads as deflate } from "./deflate.mjs";
import { workloads as idle } from "./idle.mjs";
import { workloads as inflate } from "./inflate.mjs";
import { workloads as observe } from "./observe.mjs";
import { workloads as receive } from "./receive.mjs";
import { workloads as request } from "./request.mjs";
import { workloads as select } from "./select.mjs";
import { workloads as send } from "./send.mjs";
import { workloads as slow } from "./slow.mjs";
import { workloads as subscribers } from "./subscribers.mjs";

/**
 * A task that several contestants perform.
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} group the heading in the report
 * @property {"time" | "bytes"} unit the measured value: the time of `run`, or the bytes that `run` resolves with
 * @property {readonly string[]} ours the contestants that use wschan
 * @property {readonly string[]} peers the other contestants
 * @property {Readonly<Record<string, number>>} [targets]
 *   by peer: for times the lowest acceptable ratio, for bytes the most that wschan may need beyond the peer
 * @property {object} [job] the job of the server; absent if the workload needs no server
 * @property {readonly string[]} [flags] command-line options of Node
 * @property {(contestant: string, url: string) => Promise<Round>} prepare makes a round; is not measured
 */

/**
 * @typedef {object} Round
 * @property {() => Promise<number | void>} run
 * @property {() => Promise<unknown>} [end] cleans up; is not measured
 */

/** @type {readonly Workload[]} */
export const WORKLOADS = [
  ...receive,
  ...send,
  ...request,
  ...deflate,
  ...inflate,
  ...connects,
  ...idle,
  ...slow,
  ...select,
  ...subscribers,
  ...observe,
  ...allocations,
];
