// @ts-check
// All workloads, in the order in which they are measured and told of.
import { workloads as allocations } from "./allocations.mjs";
import { workloads as connects } from "./connect.mjs";
import { workloads as deflate } from "./deflate.mjs";
import { workloads as idle } from "./idle.mjs";
import { workloads as inflate } from "./inflate.mjs";
import { workloads as receive } from "./receive.mjs";
import { workloads as request } from "./request.mjs";
import { workloads as select } from "./select.mjs";
import { workloads as send } from "./send.mjs";
import { workloads as slow } from "./slow.mjs";

/**
 * One thing that several contestants do.
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} group the heading it stands under
 * @property {"time" | "bytes"} unit what is measured: the time of `run`, or the bytes that it resolves with
 * @property {readonly string[]} ours contestants of wschan
 * @property {readonly string[]} peers the others
 * @property {Readonly<Record<string, number>>} [targets]
 *   by peer: of times the least ratio, of bytes the most that ours may have over it
 * @property {object} [job] what the server is to do; without one there is no server
 * @property {readonly string[]} [flags] Node's
 * @property {(contestant: string, url: string) => Promise<Round>} prepare all that is not measured
 */

/**
 * @typedef {object} Round
 * @property {() => Promise<number | void>} run
 * @property {() => Promise<unknown>} [end] cleans up, not measured
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
  ...allocations,
];
